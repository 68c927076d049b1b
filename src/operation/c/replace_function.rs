//! `c.replace-function`.

use memchr::memmem;

use super::code::{check_code, function};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::value::Function as Wanted;

arguments! {
    /// `c.replace-function`: replaces a function, from its return type to its closing brace.
    ///
    /// It refuses a function whose braces or conditionals are not balanced. Several functions of the name need `under`.
    ///
    /// ```yaml
    /// file: Python/dynload_stub.c
    /// c.replace-function: {function: f, with: 'int f(void) { return 1; }'}
    /// ```
    /// ```diff
    /// +int f(void) { return 1; }
    /// -int f(void)
    /// -{
    /// -    return 0;
    /// -}
    ///
    ///  int x;
    /// ```
    /// ```yaml
    /// file: Python/thread.c
    /// c.replace-function:
    ///   function: {name: get, under: '#ifdef __kestrel__'}
    ///   with: |
    ///     static long
    ///     get(void)
    ///     {
    ///         return device_id();
    ///     }
    /// ```
    /// ```diff
    ///  #ifdef __kestrel__
    ///  static long
    ///  get(void)
    ///  {
    /// -    return 0;
    /// +    return device_id();
    ///  }
    ///  #else
    ///  static long
    ///  get(void)
    ///  {
    ///      return getpid();
    ///  }
    ///  #endif
    /// ```
    pub struct ReplaceFunction {
        /// The function.
        function: Wanted,
        /// The new definition.
        with: Text,
    }
}

impl Operate for ReplaceFunction {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Code { function: Some(self.function.clone()), code: None, count: None })
            .compared(Compared::Value)
            .label(self.function.name.clone())
            .texts([&self.with])
            .within()
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        check_code([("with", texts.get(&self.with))])
    }

    moves_to!(self, Anchor::Code { function: Some(function), code: None, .. } => self.function = function);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let with = with_line_ends(site.texts.get(&self.with), line_ending(text));
        let with = with.trim_ascii();
        // The new definition may bring comments, directives and other variants of the function.
        let variants = file.c().functions().iter();
        let variants = variants.filter(|f| f.name == self.function.name && site.scope.contains(f.span()));
        let copies = memmem::find_iter(text, with).map(|start| Span::new(start, start + with.len()));
        let done: Vec<Span> =
            copies.filter(|copy| variants.clone().any(|f| copy.contains(f.span()))).collect();
        match (function(site, &self.function), done.first()) {
            (Ok(function), _) if done.iter().any(|copy| copy.contains(function.span())) => {
                already(function.span().start)
            }
            (Ok(function), _) => change(vec![Rewrite::replace(function.span(), with)]),
            (Err(_), Some(copy)) => already(copy.start),
            (Err(failure), None) => Err(failure),
        }
    }
}
