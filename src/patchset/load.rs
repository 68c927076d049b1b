//! Loads patchsets: parses and checks each patchset.yaml, and joins it with those it extends.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::is_path;
use super::depend;
use super::document::{Form, Places, document, named_texts};
use super::error::LoadError;
use super::forms::expand;
use super::id::{ALLOWED_ID, LONGEST_ID, is_id};
use super::salvage;
use super::{Build, Catalog, Change, Edit, Lint, Origin, Patchset, RawEdit, RawPatchset};
use crate::contents::Contents;
use crate::date::Date;
use crate::digest::Sha256Digest;
use crate::operation::TextFile;
use crate::software::Software;
use crate::text::nearest_names;
use crate::tree::TreePath;
use crate::version::{BadRange, Version, VersionRange};
use crate::yaml::{self, Complaint, Located, Position, YamlError};

impl Catalog {
    /// Loads a patchset and the ones it extends. `id` is its id, or the path of its folder or
    /// patchset.yaml; a path contains a `/`.
    ///
    /// # Errors
    /// [`LoadError`] if the patchset does not exist or is invalid.
    pub fn load(&self, id: &str) -> Result<Patchset, LoadError> {
        if is_path(id)
            && let Some(Origin::Folder { path, .. }) = self.find(id)
        {
            // The patchsets that it extends may be in the same folder.
            return load(&self.with_first(path.join("..")), id);
        }
        load(self, id)
    }
}

fn load(catalog: &Catalog, id: &str) -> Result<Patchset, LoadError> {
    // Whatever is wrong with the prepared form, the YAML has the positions to report it with.
    load_as(Form::Prepared, catalog, id).or_else(|_| load_as(Form::Written, catalog, id))
}

pub(super) fn load_as(form: Form, catalog: &Catalog, id: &str) -> Result<Patchset, LoadError> {
    let unknown = || LoadError::Unknown { id: id.to_owned(), near: catalog.near(id) };
    let mut chain = vec![parse(form, catalog, &catalog.find(id).ok_or_else(unknown)?)?];
    while let Some((last, extends)) = chain.last().and_then(|last| Some((last, last.raw.extends.as_ref()?))) {
        let ids = chain.iter().map(|one| one.raw.id.value.as_str()).collect::<Vec<_>>();
        let wrong = |what: String| invalid(ids[0], vec![last.complaint(extends.at, what)]);
        let id = &extends.value;
        let origin = catalog.named(id).map_err(|why| wrong(format!("`extends` {why}")))?;
        let parsed = parse(form, catalog, &origin)?;
        if chain.iter().any(|one| one.file == parsed.file) {
            return Err(wrong(format!("`extends` is circular: {} -> {id}", ids.join(" -> "))));
        }
        chain.push(parsed);
    }
    join(chain)
}

/// A patchset.yaml that was parsed and checked by itself.
struct Parsed {
    file: String,
    raw: RawPatchset,
    applies_to: Option<VersionRange>,
    edits: Vec<Edit>,
    /// The digests of patchset.yaml and of each file that its edits read.
    digests: Vec<Sha256Digest>,
    /// The text of patchset.yaml.
    bytes: Vec<u8>,
}

impl Parsed {
    fn complaint(&self, at: Position, what: impl Into<String>) -> Complaint {
        Complaint::new(&self.file, &self.bytes, at, what)
    }
}

impl Parsed {
    /// What contradicts the software that it is for: the patchset that it extends is for `extended`.
    fn of_other_software(&self, extended: Option<Software>) -> Vec<Complaint> {
        let own = self.raw.software.as_ref();
        let mut wrong = Vec::new();
        if let (Some(own), Some(extended)) = (own, extended)
            && own.value != extended
        {
            let what =
                format!("`software` is `{}`, but it extends a patchset for {}", own.value, extended.title());
            wrong.push(self.complaint(own.at, what));
        }
        let software = own.map(|own| own.value).or(extended).unwrap_or_default();
        for pin in &self.raw.pins {
            let of = Version::of_pin(&pin.value).map(|version| version.software());
            if let Some(of) = of.filter(|of| *of != software) {
                let what = format!(
                    "`pins` names `{}`, but the patchset is for {}: write `software: {of}` for {}",
                    pin.value,
                    software.title(),
                    of.title()
                );
                wrong.push(self.complaint(pin.at, what));
            }
        }
        wrong
    }
}

fn invalid(id: &str, complaints: Vec<Complaint>) -> LoadError {
    LoadError::Invalid { id: id.to_owned(), complaints }
}

fn or_near(near: &[String]) -> String {
    match near {
        [] => String::new(),
        names => format!("; near: {}", names.join(", ")),
    }
}

/// Reads a patchset.yaml, with plain values for named texts and values by version.
fn read(
    form: Form,
    catalog: &Catalog,
    origin: &Origin,
    bytes: &[u8],
) -> Result<(RawPatchset, Places), YamlError> {
    let (mut document, places) = document(form, origin, bytes)?;
    let texts = named_texts(catalog, origin.id(), &document)?;
    expand(&mut document, &texts)?;
    let raw: RawPatchset = document.read()?;
    let place = |edit: &Located<RawEdit>| (edit.at.line, edit.at.column);
    let places = places.unwrap_or_else(|| raw.edits.iter().map(place).collect());
    Ok((raw, places))
}

fn parse(form: Form, catalog: &Catalog, origin: &Origin) -> Result<Parsed, LoadError> {
    let file = origin.display("patchset.yaml");
    let bytes =
        origin.read("patchset.yaml").map_err(|source| LoadError::Io { file: file.clone(), source })?;
    let id = origin.id();
    let (read, wrong) = match read(form, catalog, origin, &bytes) {
        Ok(read) => (Some(read), Vec::new()),
        Err(error) if form == Form::Prepared && matches!(origin, Origin::Shipped { .. }) => {
            (None, vec![error])
        }
        Err(_) => {
            let (raw, wrong) = salvage::read(catalog, origin, &bytes);
            let raw = raw.map(|raw| {
                let places = raw.edits.iter().map(|edit| (edit.at.line, edit.at.column)).collect();
                (raw, places)
            });
            (raw, wrong)
        }
    };
    let complaints = wrong.iter().map(|error| Complaint::of(&file, &bytes, error)).collect();
    let Some((raw, places)) = read else { return Err(invalid(id, complaints)) };
    let mut check = Check {
        file: &file,
        bytes: &bytes,
        catalog,
        origin,
        complaints,
        digests: Vec::new(),
        texts: BTreeMap::new(),
    };
    check.digests.push(Sha256Digest::of(&bytes));
    if raw.schema.value != 1 {
        let what = format!("unsupported schema {}: this pypatch supports schema 1", raw.schema.value);
        check.at(raw.schema.at, what);
    }
    if !is_id(&raw.id.value) {
        let shown: String = raw.id.value.chars().take(LONGEST_ID).collect();
        check.at(raw.id.at, format!("invalid patchset id `{shown}`: {ALLOWED_ID}"));
    } else if raw.id.value != id {
        check.at(raw.id.at, format!("`id` is `{}`, but the folder is named `{id}`", raw.id.value));
    }
    let applies_to = raw.applies_to.as_ref().and_then(|range| check.range(range));
    for pin in &raw.pins {
        if Version::of_pin(&pin.value).is_none() {
            check.at(pin.at, format!("invalid pin name `{}` (example: python-2.5)", pin.value));
        }
    }
    let mut edits = Vec::new();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for (edit, place) in raw.edits.iter().zip(places) {
        let edit_id = &edit.value.id;
        if edit_id.value == "recipe" {
            check.at(edit_id.at, "the edit id `recipe` is reserved for the presets of `build:`");
        }
        if !is_id(&edit_id.value) {
            let shown: String = edit_id.value.chars().take(LONGEST_ID).collect();
            check.at(edit_id.at, format!("invalid edit id `{shown}`: {ALLOWED_ID}"));
        }
        if let Some(line) = ids.insert(&edit_id.value, edit_id.at.line) {
            let what = format!("duplicate edit id `{}`: first used on line {line}", edit_id.value);
            check.at(edit_id.at, what);
        }
        edits.push(check.edit(edit, place, id));
    }
    let (mut complaints, digests) = (check.complaints, check.digests);
    if !complaints.is_empty() {
        complaints.sort_by_key(|one| (one.line, one.column));
        return Err(invalid(id, complaints));
    }
    Ok(Parsed { file, raw, applies_to, edits, digests, bytes })
}

/// Checks one patchset.yaml, collecting complaints.
struct Check<'a> {
    file: &'a str,
    bytes: &'a [u8],
    catalog: &'a Catalog,
    origin: &'a Origin,
    complaints: Vec<Complaint>,
    /// The digest of each file that was read.
    digests: Vec<Sha256Digest>,
    /// The texts that were read.
    texts: BTreeMap<TextFile, Contents>,
}

impl Check<'_> {
    fn at(&mut self, at: Position, what: impl Into<String>) {
        let complaint = Complaint::new(self.file, self.bytes, at, what);
        // The forms of a change may all have the same mistake.
        if !self.complaints.contains(&complaint) {
            self.complaints.push(complaint);
        }
    }

    fn range(&mut self, range: &Located<String>) -> Option<VersionRange> {
        range.value.parse().map_err(|error: BadRange| self.at(range.at, error.to_string())).ok()
    }

    fn edit(&mut self, raw: &Located<RawEdit>, (line, column): (usize, usize), patchset: &str) -> Edit {
        let (edit, at) = (&raw.value, raw.at);
        let mut bounds = Vec::new();
        for (sign, bound) in [(">=", &edit.since), ("<", &edit.until)] {
            if let Some(bound) = bound {
                match bound.value.parse::<Version>() {
                    Ok(version) => bounds.push(format!("{sign}{version}")),
                    Err(error) => self.at(bound.at, error.to_string()),
                }
            }
        }
        let when = if bounds.is_empty() {
            None
        } else {
            let joined = Located { value: bounds.join(", "), at };
            self.range(&joined)
        };
        if let Some(author) = &edit.author
            && (author.value.trim().is_empty() || author.value.trim().contains('\n'))
        {
            self.at(author.at, "`author` is not a name on one line (example: `A B <a@example.org>`)");
        }
        if let Some(date) = &edit.date
            && Date::parse(&date.value).is_none()
        {
            let examples = "`2025-07-01` or `Tue, 1 Jul 2025 10:00:00 +0200`";
            self.at(date.at, format!("`date` cannot be read: `{}` (example: {examples})", date.value));
        }
        for lint in edit.allow.keys() {
            if !Lint::ALL.iter().any(|known| known.name() == lint) {
                let near = nearest_names(lint, Lint::ALL.iter().map(|known| known.name()));
                self.at(
                    self.key(at, "allow"),
                    format!("`allow` names an unknown lint `{lint}`{}", or_near(&near)),
                );
            }
        }
        let changes = edit.change.iter().map(|change| (change, at));
        let listed = edit.changes.iter().map(|change| (&change.value, change.at));
        let changes = changes.chain(listed).map(|(change, at)| self.change(change.clone(), at)).collect();
        Edit {
            id: edit.id.value.clone(),
            why: edit.why.trim().to_owned(),
            upstream: edit.upstream.clone(),
            author: edit.author.as_ref().map(|author| author.value.trim().to_owned()),
            date: edit.date.as_ref().map(|date| date.value.trim().to_owned()),
            when,
            depends_on: edit.depends_on.clone(),
            requires: edit.requires.clone(),
            changes,
            allow: edit.allow.clone(),
            patchset: patchset.to_owned(),
            line,
            column,
        }
    }

    /// Reads a file that the operation `name` takes a text from.
    fn text(&mut self, file: &TextFile, name: &str) -> Result<Contents, String> {
        // Each file of a patch is a change that names the whole patch.
        if let Some(bytes) = self.texts.get(file) {
            return Ok(bytes.clone());
        }
        let path = file.name.parse::<TreePath>().map_err(|error| error.to_string())?;
        let path = format!("files/{path}");
        let origin = match &file.of {
            Some(id) => self.catalog.named(id).map_err(|why| format!("`of` {why}"))?,
            None => self.origin.clone(),
        };
        let unreadable =
            |error| format!("`{name}` cannot read its text from {}: {error}", origin.display(&path));
        let bytes: Contents = origin.read(&path).map_err(unreadable)?.into();
        self.texts.insert(file.clone(), bytes.clone());
        Ok(bytes)
    }

    /// Where a key of the edit or change that begins at `at` is.
    fn key(&self, at: Position, name: &str) -> Position {
        let document = yaml::parse(self.bytes).ok();
        document.and_then(|document| document.key_at(at, name)).unwrap_or(at)
    }

    /// Reads the files that each form of a change names, and checks the arguments of its operation.
    fn change(&mut self, mut change: Change, at: Position) -> Change {
        if change.forms.is_empty() {
            return self.form(change, at);
        }
        for form in &mut change.forms {
            form.change = self.form(form.change.clone(), at);
        }
        let (when, needed_while, forms) = (change.when, change.needed_while, change.forms);
        Change { when, needed_while, ..forms[0].change.clone() }.with_forms(forms)
    }

    fn form(&mut self, mut change: Change, at: Position) -> Change {
        change.then = change.then.into_iter().map(|then| self.form(then, at)).collect();
        for file in change.operation.text_files() {
            match self.text(&file, change.operation.name()) {
                Ok(bytes) => {
                    self.digests.push(bytes.sha256());
                    change.texts.0.insert(file, bytes);
                }
                Err(what) => self.at(self.key(at, change.operation.name()), what),
            }
        }
        // The check reads the texts, so all of them must be there.
        let has_texts = change.operation.text_files().iter().all(|file| change.texts.0.contains_key(file));
        if has_texts && let Err(what) = change.check() {
            let name = change.operation.name();
            self.at(self.key(at, name), format!("`{name}` {what}"));
        }
        change
    }
}

/// Joins a patchset (first) with what it extends (next, and so on).
fn join(mut chain: Vec<Parsed>) -> Result<Patchset, LoadError> {
    let extends = chain.iter().skip(1).map(|one| one.raw.id.value.clone()).collect();
    let digest = {
        let all: String = chain.iter().flat_map(|one| &one.digests).map(ToString::to_string).collect();
        Sha256Digest::of(all.as_bytes())
    };
    let files: BTreeMap<String, (String, Vec<u8>)> = chain
        .iter_mut()
        .map(|one| (one.raw.id.value.clone(), (one.file.clone(), one.bytes.clone())))
        .collect();
    let (mut edits, mut dropped): (Vec<Edit>, BTreeMap<String, String>) = Default::default();
    // Of the edits: a search through all of them for each one would take long in a large patchset.
    let mut ids: BTreeSet<String> = BTreeSet::new();
    let mut build = Build::default();
    let (mut top, mut software) = (None, None);
    while let Some(one) = chain.pop() {
        let mut complaints = one.of_other_software(software);
        let own = one.raw.software.as_ref().map(|own| own.value);
        software = Some(own.or(software).unwrap_or_default());
        for (id, why) in &one.raw.drop {
            match edits.iter().position(|edit| edit.id == *id) {
                Some(at) => {
                    edits.remove(at);
                    ids.remove(id);
                    dropped.insert(id.clone(), why.value.clone());
                }
                None => {
                    let near = or_near(&nearest_names(id, edits.iter().map(|edit| edit.id.as_str())));
                    let what = format!("`drop` names `{id}`, but no inherited edit has that id{near}");
                    complaints.push(one.complaint(why.at, what));
                }
            }
        }
        for edit in one.edits.iter().cloned() {
            dropped.remove(&edit.id);
            let inherited = if ids.insert(edit.id.clone()) {
                None
            } else {
                edits.iter().position(|other| other.id == edit.id)
            };
            match inherited {
                Some(at) => edits[at] = edit,
                None => edits.push(edit),
            }
        }
        if let Some(own) = &one.raw.build {
            let at = |what: String| one.complaint(own.at, what);
            match build.extended(&own.value) {
                Ok(joined) => build = joined,
                Err(wrong) => return Err(invalid(&one.raw.id.value, wrong.into_iter().map(at).collect())),
            }
            build.without_dropped(&dropped);
            let ids = edits.iter().map(|edit| edit.id.as_str()).collect();
            complaints.extend(build.complaints(&ids).into_iter().map(at));
        } else {
            build.without_dropped(&dropped);
        }
        if !complaints.is_empty() {
            return Err(invalid(&one.raw.id.value, complaints));
        }
        top = Some(one);
    }
    let complaint = |edit: &Edit, what: String| {
        let (file, bytes) = &files[&edit.patchset];
        Complaint::new(file, bytes, Position { line: edit.line, column: edit.column }, what)
    };
    depend::follow_moves(&mut edits);
    let wrong = depend::check(&edits, &dropped).into_iter();
    let wrong: Vec<Complaint> = wrong.map(|(edit, what)| complaint(edit, what)).collect();
    if !wrong.is_empty() {
        let id = top.map_or(String::new(), |top: Parsed| top.raw.id.value);
        return Err(invalid(&id, wrong));
    }
    introduce_neighbours(&mut edits);
    let software = software.unwrap_or_default();
    edits.iter_mut().for_each(|edit| edit.is_of(software));
    let top = top.expect("the chain holds at least the requested patchset");
    Ok(Patchset {
        id: top.raw.id.value,
        title: top.raw.title,
        software,
        applies_to: top.applies_to.map(|range| range.of(software)),
        pins: top.raw.pins.into_iter().map(|pin| pin.value).collect(),
        extends,
        dropped,
        edits,
        build,
        digest,
    })
}

/// Gives each change the texts that others insert into its files.
pub(crate) fn introduce_neighbours(edits: &mut [Edit]) {
    let inserted = |change: &Change| -> Option<Vec<u8>> {
        let text = change.operation.operate().inserted()?;
        Some(change.texts.get(text).to_vec())
    };
    // The files and the text of each form, with the number of its change.
    let mut all: Vec<(usize, Vec<TreePath>, Vec<u8>)> = Vec::new();
    for (index, change) in edits.iter().flat_map(|edit| &edit.changes).enumerate() {
        let texts = change.each_form().filter_map(|form| Some((index, form.file.clone(), inserted(form)?)));
        all.extend(texts);
    }
    for (index, change) in edits.iter_mut().flat_map(|edit| &mut edit.changes).enumerate() {
        let others = |form: &Change| -> Vec<Vec<u8>> {
            let is_near = |files: &[TreePath]| files.iter().any(|file| form.may_edit(file));
            let others = all.iter().filter(|(other, files, _)| *other != index && is_near(files));
            others.map(|(_, _, text)| text.clone()).collect()
        };
        if !all.iter().any(|(own, _, _)| *own == index) {
            continue;
        }
        change.neighbours = others(change);
        for form in &mut change.forms {
            form.change.neighbours = others(&form.change);
        }
    }
}
