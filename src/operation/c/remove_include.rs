//! `c.remove-include`.

use super::add_include::{included, near_includes};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::gone_by_name;

arguments! {
    /// `c.remove-include`: removes an `#include`.
    ///
    /// Where a file of a similar name is included, the include is missing, not already removed.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.remove-include: {include: dlfcn.h}
    /// ```
    /// ```diff
    ///  #include "Python.h"
    /// -#include <dlfcn.h>
    ///  int x;
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// within: {if: '#ifdef MPI'}
    /// c.remove-include: {include: mpi.h}
    /// ```
    /// ```diff
    ///  #ifdef MPI
    /// -#include <mpi.h>
    ///  #include <pthread.h>
    ///  #endif
    /// ```
    pub struct RemoveInclude {
        /// The included file, without quotes.
        include: String; not_empty,
        /// How many times it is included in the scope.
        count: Count,
    }
}

impl Operate for RemoveInclude {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Include(self.include.clone())).label("include".to_owned()).within().removes()
    }

    moves_to!(self, Anchor::Include(include) => self.include = include);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.include.trim().is_empty(), "has an empty `include`")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let found: Vec<Span> = included(site, &self.include).iter().map(|include| include.span).collect();
        let what = format!("the include of `{}`", self.include);
        if found.is_empty() {
            return gone_by_name(site, &what, near_includes(site, &self.include));
        }
        match_count(&what, self.count.0, &found, &Results::proof(Vec::new()), Rewrite::remove, Vec::new)
    }
}
