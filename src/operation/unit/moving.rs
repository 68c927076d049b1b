//! The arguments of a move, which are the same in every format.

use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::scope::Within;
use crate::operation::value::Edge;

arguments! {
    /// What is moved, and where to.
    one_of(at, before, after)
    pub struct Moving {
        /// The code to move; of a block its head is enough.
        find: Option<String>,
        /// The first code to move.
        from: Option<String>,
        /// The last code to move.
        to: Option<String>,
        /// The scope that it is moved into, with the keys of `within`. Unless given, it is the scope of `within`, or the file without that.
        into: Option<Within>,
        /// `start` or `end` of the scope.
        at: Option<Edge>,
        /// Code before which it is put, above the comment lines that belong to that.
        before: Option<String>,
        /// Code after which it is put: after the whole block, if it is the head of one.
        after: Option<String>,
    }
}

impl Moving {
    /// The first code to move.
    pub(super) fn first(&self) -> &str {
        self.find.as_deref().or(self.from.as_deref()).unwrap_or_default()
    }

    /// The code that it is put next to; empty for an edge of the scope.
    pub(super) fn anchor(&self) -> &str {
        self.before.as_deref().or(self.after.as_deref()).unwrap_or_default()
    }

    /// What the program has to know of an operation with these arguments.
    pub(in crate::operation) fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.first().to_owned())).within()
    }

    /// Checks what the types cannot say.
    pub(in crate::operation) fn check(&self) -> Result<(), String> {
        let Moving { find, from, to, into, at, before, after } = self;
        let is_run = from.is_some() && to.is_some();
        let is_half = from.is_some() != to.is_some();
        ensure(find.is_some() != is_run && !is_half, "needs either `find`, or `from` and `to`")?;
        let given = usize::from(before.is_some()) + usize::from(after.is_some()) + usize::from(at.is_some());
        ensure(given == 1, "needs one of `at`, `before` and `after`")?;
        let is_empty = |code: &Option<String>| code.as_ref().is_some_and(|code| code.trim().is_empty());
        ensure(![find, from, to, before, after].into_iter().any(is_empty), "has an empty anchor")?;
        ensure(self.first() != self.anchor(), "does nothing: it moves code next to itself")?;
        match into.as_ref().map(Within::check) {
            Some(Err(_)) => Err("has an empty `into`".to_owned()),
            Some(Ok(())) | None => Ok(()),
        }
    }

    /// Moves the operation to other code to move.
    pub(in crate::operation) fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let (Anchor::Text(code), Some(place)) = (anchor, self.find.as_mut().or(self.from.as_mut())) else {
            return false;
        };
        *place = code;
        true
    }
}

/// Defines the verb `move` of a format: its documentation, and how it is resolved.
macro_rules! moving {
    ($(#[doc = $doc:literal])* pub struct Move => $resolve:expr) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(transparent)]
        pub struct Move(pub $crate::operation::unit::Moving);

        impl Operate for Move {
            fn describe(&self) -> Description<'_> {
                self.0.describe()
            }

            fn set_anchor(&mut self, anchor: Anchor) -> bool {
                self.0.set_anchor(anchor)
            }

            fn check(&self, _texts: &Texts) -> Result<(), String> {
                self.0.check()
            }

            fn check_in(&self, file: &$crate::tree::TreePath) -> Result<(), String> {
                self.0.into.as_ref().map_or(Ok(()), |into| into.check_in("into", file))
            }

            fn resolve(&self, site: &Site<'_>) -> Answer {
                let resolve: fn(&Site<'_>, &$crate::operation::unit::Moving) -> Answer = $resolve;
                resolve(site, &self.0)
            }
        }

        #[cfg(test)]
        $crate::operation::arguments::own_schema! { Move, |generator| {
            let about = $crate::operation::arguments::documentation(&[$($doc),*]);
            $crate::operation::unit::moving_schema(generator, about)
        } }
    };
}
pub(in crate::operation) use moving;

/// The schema of a move of one format, which is documented by `about`.
#[cfg(test)]
pub(in crate::operation) fn moving_schema(
    generator: &mut schemars::SchemaGenerator,
    about: String,
) -> schemars::Schema {
    let mut schema = <Moving as schemars::JsonSchema>::json_schema(generator);
    schema.insert("description".to_owned(), about.into());
    let either = schema.remove("oneOf").expect("one of the destinations must be given");
    let source = serde_json::json!([{"required": ["find"]}, {"required": ["from", "to"]}]);
    let all = serde_json::json!([{"oneOf": source}, {"oneOf": either}]);
    schema.insert("allOf".to_owned(), all);
    schema.insert("dependentRequired".to_owned(), serde_json::json!({"to": ["from"]}));
    schema
}
