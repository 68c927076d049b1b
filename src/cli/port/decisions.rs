//! What the user decides about the open rows of a port.

use std::io::BufRead;

use super::Args;
use crate::cli::{CliError, Ui};
use crate::port::{BadDecision, Cell, Decided, Decision, Decisions};
use crate::regular;
use crate::report::details;
use crate::yaml;

/// The decisions on the command line and in the file.
pub(super) fn read(args: &Args) -> Result<Decisions, CliError> {
    let mut decisions = match &args.decisions {
        None => Decisions::default(),
        Some(path) => {
            let path_name = path.display();
            let text = regular::read_text(path)
                .map_err(|error| CliError::usage(format!("cannot read {path_name}: {error}")))?;
            yaml::read(text.as_bytes()).map_err(|error| {
                let at = error.position();
                CliError::usage(format!("{path_name}:{}:{}: {error}", at.line, at.column))
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
                if candidate.change.is_some() {
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
            BadDecision::ByHand { row, .. } => {
                cli.help(format!("drop it with --drop {row}=WHY, and write the edit into the new patchset"))
            }
        }
    }
}
