//! Operations on Modules/Setup for a change of text.

use serde_json::json;

use super::wish::Kind;
use super::{Candidate, Place};

pub(super) fn candidates(place: &Place<'_>) -> Vec<Candidate> {
    let wish = place.wish;
    let line = |text: &str| -> Option<(String, String)> {
        let text = text.trim().trim_start_matches('#').trim_start();
        let (module, arguments) = text.split_once(char::is_whitespace)?;
        (!arguments.contains('\n')).then(|| (module.to_owned(), arguments.trim().to_owned()))
    };
    let (old, new) = (line(&wish.find), line(&wish.new));
    match (wish.kind, old, new) {
        (Kind::Replace, Some((module, _)), Some((same, value))) if module == same => vec![
            Candidate::new("setup.enable", json!({"modules": [module]})),
            Candidate::new("setup.disable", json!({"modules": [module]})),
            Candidate::new("setup.set", json!({"module": module, "value": value})),
        ],
        (Kind::InsertBefore | Kind::InsertAfter, _, Some((module, arguments))) => {
            vec![Candidate::new("setup.add", json!({"module": module, "arguments": arguments}))]
        }
        // The `#` of a line.
        (Kind::Replace | Kind::Remove, ..) => {
            let word = wish.find.trim_start_matches(['#', ' ']).split_whitespace().next().unwrap_or_default();
            vec![Candidate::new("setup.enable", json!({"modules": [word]}))]
        }
        (Kind::InsertBefore | Kind::InsertAfter, ..) => Vec::new(),
    }
}
