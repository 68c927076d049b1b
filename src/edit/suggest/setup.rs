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
    // `@MODULE_NAME_TRUE@name`.
    let split = |module: &str| match module.strip_prefix('@').and_then(|rest| rest.split_once('@')) {
        Some((condition, name)) => (Some(format!("@{condition}@")), name.to_owned()),
        None => (None, module.to_owned()),
    };
    let (old, new) = (line(&wish.find), line(&wish.new));
    let old = old.map(|(module, arguments)| (split(&module).1, arguments));
    match (wish.kind, old, new) {
        (Kind::Replace, Some((module, _)), Some((same, value))) if module == split(&same).1 => vec![
            Candidate::new("setup.enable", json!({"modules": [module]})),
            Candidate::new("setup.disable", json!({"modules": [module]})),
            Candidate::new("setup.set", json!({"module": module, "value": value})),
        ],
        (Kind::Replace, Some((module, _)), Some(_)) => {
            vec![Candidate::new("setup.replace", json!({"module": module, "with": wish.new.trim()}))]
        }
        (Kind::InsertBefore | Kind::InsertAfter, other, Some((module, arguments))) => {
            let (condition, name) = split(&module);
            let side = if wish.kind == Kind::InsertBefore { "before" } else { "after" };
            let line = |place: Option<String>| {
                let mut line = json!({"module": name, "arguments": arguments});
                condition.iter().for_each(|condition| line["condition"] = json!(condition));
                place.iter().for_each(|other| line[side] = json!(other));
                Candidate::new("setup.add", line)
            };
            let place = other.map(|(other, _)| line(Some(other)));
            std::iter::once(line(None)).chain(place).collect()
        }
        (Kind::Remove, Some((module, _)), _) => vec![
            Candidate::new("setup.remove", json!({"module": module})),
            Candidate::new("setup.enable", json!({"modules": [module]})),
        ],
        // The `#` of a line.
        (Kind::Replace | Kind::Remove, ..) => {
            let word = wish.find.trim_start_matches(['#', ' ']).split_whitespace().next().unwrap_or_default();
            vec![Candidate::new("setup.enable", json!({"modules": [split(word).1]}))]
        }
        (Kind::InsertBefore | Kind::InsertAfter, ..) => Vec::new(),
    }
}
