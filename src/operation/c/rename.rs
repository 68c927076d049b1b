//! `c.rename`.

use super::macros::check_name;
use crate::operation::Times;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `c.rename`: renames a function, variable, type or macro wherever a file or scope has its name: in code, in directives and in
    /// the input of Argument Clinic, but neither in strings nor in other comments.
    ///
    /// It refuses another number of occurrences than `count`, so that none is overlooked. With `count: all`, versions may have
    /// other numbers, but not none.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.rename: {name: load, to: yod_load, count: 3}
    /// ```
    /// ```diff
    /// -#define LOAD(x) load(x)
    /// +#define LOAD(x) yod_load(x)
    ///  /* load */
    /// -int load(int x)
    /// +int yod_load(int x)
    ///  {
    /// -    return x ? load(0) : puts("load");
    /// +    return x ? yod_load(0) : puts("load");
    ///  }
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// within: {function: load}
    /// c.rename: {name: n, to: count, count: all}
    /// ```
    /// ```diff
    ///  int n;
    /// -int load(int n)
    /// +int load(int count)
    ///  {
    /// -    return n + 1;
    /// +    return count + 1;
    ///  }
    /// ```
    pub struct Rename {
        /// The name.
        name: String,
        /// The new name.
        to: String,
        /// How many times the name occurs, or `all`.
        count: Times,
    }
}

impl Operate for Rename {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.name.clone())).label(self.name.clone()).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_name(&self.name).and(check_name(&self.to)).map_err(|_| "needs two names".to_owned())?;
        ensure(self.name != self.to, "does nothing: both names are the same")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let c = site.file.c();
        let (found, done) = (c.words(&self.name, site.scope), c.words(&self.to, site.scope));
        let count = self.count.of(found.len());
        if found.len() == count {
            return change(found.iter().map(|word| Rewrite::replace(*word, self.to.as_str())).collect());
        }
        // With `all`, a single use of the new name would be enough, which may have been there before.
        if found.is_empty() && done.len() >= count && self.count != Times::All {
            return Ok(crate::operation::Resolution::Already(done.iter().map(|word| word.start).collect()));
        }
        let what = format!("expected {count} times the name `{}`, found {}", self.name, found.len());
        let help = format!("write `count: {}`, if these are all", found.len());
        if found.len() > count {
            let at = found.iter().map(|word| word.start).collect();
            return Err(Failure::Ambiguous { what, at, help: Some(help) });
        }
        let mut miss = Miss::new(what).near(found.iter().map(|word| word.start));
        if !found.is_empty() {
            miss = miss.help(help);
        } else if self.count == Times::All {
            miss.what = format!("the name `{}` was not found", self.name);
            miss.results = done.iter().map(|word| word.start).collect();
        }
        Err(miss.into())
    }
}
