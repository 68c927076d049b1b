//! What the user decides about the open rows of a port.

use std::io::BufRead;

use serde_json::json;

use super::Args;
use crate::cli::{CliError, Ui};
use crate::patchset::Patchset;
use crate::port::{BadDecision, Cell, Decided, Decision, Decisions};
use crate::regular;
use crate::report::details;
use crate::text::nearest_names;
use crate::yaml::{self, Complaint, YamlError};

/// The decisions on the command line and in the file.
pub(super) fn read(args: &Args) -> Result<Decisions, CliError> {
    let mut decisions = match &args.decisions {
        None => Decisions::default(),
        Some(path) => {
            let file = path.display().to_string();
            let text = regular::read_text(path)
                .map_err(|error| CliError::usage(format!("cannot read {file}: {error}")))?;
            let invalid = |errors: Vec<YamlError>| {
                let mistakes = errors.iter().map(|error| Complaint::of(&file, text.as_bytes(), error));
                CliError::usage(format!("invalid {file}")).mistakes(mistakes.collect())
            };
            let document = yaml::parse(text.as_bytes()).map_err(|error| invalid(vec![error]))?;
            document.clone().read().map_err(|error| {
                let schema = json!({
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "accept": {"type": "object", "additionalProperties": {"type": "integer"}},
                        "drop": {"type": "object", "additionalProperties": {"type": "string"}},
                    },
                });
                let found = yaml::mistakes(&schema, &schema, "the file", &document);
                invalid(if found.is_empty() { vec![error] } else { found })
            })?
        }
    };
    for (row, number) in &args.accept {
        let number = number.parse().map_err(|_| {
            CliError::usage(format!("--accept {row}={number}: `{number}` is not the number of a candidate"))
        })?;
        decisions.accept.insert(row.clone(), number);
    }
    decisions.drop.extend(args.drop.iter().cloned());
    Ok(decisions)
}

/// The decisions about each of `patchsets`. A row names its patchset before a colon if several have such an edit.
pub(super) fn of_each(all: Decisions, patchsets: &[Patchset]) -> Result<Vec<Decisions>, CliError> {
    let mut each = vec![Decisions::default(); patchsets.len()];
    let place = |row: &str| -> Result<(usize, String), CliError> {
        if patchsets.len() == 1 {
            return Ok((0, row.to_owned()));
        }
        let named = |id: &str| Some(row.strip_prefix(id)?.strip_prefix(':')?.trim_start().to_owned());
        let named = patchsets.iter().enumerate().find_map(|(at, one)| Some((at, named(&one.id)?)));
        let edit = row.split('/').next().unwrap_or_default();
        let having = |one: &&(usize, &Patchset)| one.1.edits.iter().any(|own| own.id == edit);
        let having: Vec<(usize, &Patchset)> =
            patchsets.iter().enumerate().collect::<Vec<_>>().iter().filter(having).copied().collect();
        match (named, &having[..]) {
            (Some(named), _) => Ok(named),
            (None, [(at, _)]) => Ok((*at, row.to_owned())),
            (None, []) => {
                let rows = patchsets.iter().flat_map(|one| one.edits.iter().map(|edit| edit.id.as_str()));
                let near = nearest_names(edit, rows);
                Err(CliError::usage(format!("none of the patchsets has a row `{row}`")).near(&near))
            }
            (None, several) => {
                let rows = several.iter().map(|(_, one)| format!("row: {}:{row}", one.id));
                Err(CliError::usage(format!("several of the patchsets have a row `{row}`"))
                    .details(rows)
                    .help("write which one"))
            }
        }
    };
    for (row, number) in all.accept {
        let (at, row) = place(&row)?;
        each[at].accept.insert(row, number);
    }
    for (row, why) in all.drop {
        let (at, row) = place(&row)?;
        each[at].drop.insert(row, why);
    }
    Ok(each)
}

/// Asks the user about each open row.
pub(super) fn ask(ui: &Ui, decided: &[Decided], decisions: &mut Decisions) -> Result<(), CliError> {
    let mut lines = std::io::stdin().lock().lines();
    for one in decided.iter().filter(|one| one.decision == Decision::Open) {
        let row = one.cell.row();
        ui.line(&format!("\n{row}: {}", one.cell.verdict.name()))?;
        for detail in details(&one.cell) {
            ui.line(&format!("  {detail}"))?;
        }
        loop {
            ui.prompt(&prompt(&one.cell))?;
            let Some(Ok(answer)) = lines.next() else { return Ok(()) };
            let answer = answer.trim();
            if answer == "s" {
                break;
            } else if answer == "q" {
                return Ok(());
            } else if let Some(why) = answer.strip_prefix("d ").map(str::trim).filter(|why| !why.is_empty()) {
                decisions.drop.insert(row.clone(), why.to_owned());
                break;
            } else if let Ok(number) = answer.parse::<usize>()
                && let Some(candidate) = number.checked_sub(1).and_then(|at| one.cell.candidates.get(at))
            {
                if candidate.can_be_taken {
                    decisions.accept.insert(row.clone(), number);
                    break;
                }
                ui.line("this candidate has to be written by hand; `d WHY` drops the row")?;
            }
        }
    }
    Ok(())
}

fn prompt(cell: &Cell) -> String {
    let take = match cell.candidates.len() {
        0 => String::new(),
        1 => "1: take it, ".to_owned(),
        most => format!("1-{most}: take one, "),
    };
    format!("[{take}d WHY: drop it, s: skip, q: quit]")
}

impl From<BadDecision> for CliError {
    fn from(error: BadDecision) -> CliError {
        let cli = CliError::usage(error.to_string());
        match error {
            BadDecision::NoRow { open, .. } => {
                cli.details(open.iter().map(|row| format!("to be decided: {row}")))
            }
            BadDecision::NoCandidate { .. } | BadDecision::Both { .. } => cli,
            BadDecision::Together { other, .. } => cli.help(format!(
                "one `diff` takes the place of both: decide about each, as by --accept {other}=2 or --drop {other}=WHY, or drop the whole edit by its name"
            )),
            BadDecision::ByHand { row, .. } => {
                cli.help(format!("drop it with --drop {row}=WHY, and write the edit into the new patchset"))
            }
        }
    }
}
