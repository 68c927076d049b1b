//! `m4.set-variable`.

use super::statements::check_code;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::m4::{Dialect, M4File};

arguments! {
    /// `m4.set-variable`: changes the value that a variable of the shell is given.
    ///
    /// It is ambiguous where the variable is assigned several times: name the section, case or branch with `within`.
    ///
    /// ```yaml
    /// file: configure.ac
    /// within: {section: LDSHARED, branch: 'AIX*'}
    /// m4.set-variable: {name: LDSHARED, value: '"$LINKER -shared"'}
    /// ```
    /// ```diff
    ///  AC_MSG_CHECKING([LDSHARED])
    ///  case $ac_sys_system in
    /// -  AIX*) LDSHARED="ld_so_aix";;
    /// +  AIX*) LDSHARED="$LINKER -shared";;
    ///    *) LDSHARED="ld";;
    ///  esac
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.set-variable: {name: WHEEL_PKG_DIR, value: '"$prefix/wheels"'}
    /// ```
    /// ```diff
    /// -WHEEL_PKG_DIR=""
    /// +WHEEL_PKG_DIR="$prefix/wheels"
    ///  AC_SUBST([WHEEL_PKG_DIR])
    /// ```
    pub struct SetVariable {
        /// The variable.
        name: String; not_empty,
        /// The new value, with the quotes that the shell needs.
        value: String,
        /// How many assignments of the variable are changed.
        count: Count,
    }
}

impl SetVariable {
    /// Checks what the types cannot say of code in a language.
    pub fn check_as(&self, _texts: &Texts, dialect: Dialect) -> Result<(), String> {
        let is_name = self.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        ensure(is_name && !self.name.is_empty(), "has a name that no variable of the shell has")?;
        check_code(self.value.as_bytes(), dialect)?;
        let statement = format!("x={}", self.value);
        let parsed = M4File::parse(statement.as_bytes(), dialect);
        let is_word = matches!(parsed.assignments(), [only] if only.value.end == statement.len());
        ensure(is_word, "has a value that is not one word of the shell: write quotes around it")
    }
}

impl Operate for SetVariable {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(format!("{}=", self.name)))
            .compared(Compared::Value)
            .label(self.name.clone())
            .within()
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        self.check_as(texts, Dialect::M4)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (m4, text) = (site.file.m4(), &site.file.bytes);
        let all = m4.assignments().iter().filter(|one| site.scope.contains(one.name));
        let own = all.clone().filter(|one| one.name.of(text) == self.name.as_bytes());
        let found: Vec<Span> = own.map(|one| one.value).collect();
        let done = found.iter().filter(|value| value.of(text) == self.value.as_bytes()).copied().collect();
        let near = || {
            let names = all.clone().map(|one| (one.name.start, String::from_utf8_lossy(one.name.of(text))));
            nearest(&self.name, names)
        };
        let set = |value: Span| Rewrite::replace(value, self.value.as_bytes());
        let named = format!("the variable `{}`", self.name);
        match_count(&named, self.count.0, &found, &Results::proof(done), set, near)
    }
}
