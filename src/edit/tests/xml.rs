//! The operations on XML.

use crate::edit::Outcome;
use crate::edit::testing::{Case, complaint, on};

const PROJECT: &str = "\
<?xml version=\"1.0\" encoding=\"utf-8\"?>
<Project DefaultTargets=\"Build\">
  <PropertyGroup>
    <TargetExt>.pyd</TargetExt>
    <Keyword />
    <Name Condition=\"'$(A)' == ''\">a&amp;b</Name>
    <Name Condition=\"'$(A)' == 'x'\">c</Name>
  </PropertyGroup>
  <ItemDefinitionGroup>
    <ClCompile>
      <Defines>A;B=\"1\";%(Defines)</Defines>
      <Defines Condition=\"$(X)\">
        C;
        D;
        %(Defines)
      </Defines>
    </ClCompile>
    <Link>
    </Link>
  </ItemDefinitionGroup>
  <!-- sources
       of the module -->
  <ItemGroup>
    <ClCompile Include=\"..\\Modules\\a.c\" />
    <!-- the second -->
    <ClCompile Include='..\\Modules\\b.c' Condition=\"$(X)\">
      <Level>3</Level>
    </ClCompile>
  </ItemGroup>
  <Target Name=\"T\"><Exec Command=\"run\" /><Exec Command=\"stop\" /></Target>
</Project>
";

fn after(change: &str, old: &str, new: &str) {
    assert_eq!(PROJECT.matches(old).count(), 1, "{old:?}");
    assert_eq!(on("PCbuild/a.vcxproj", PROJECT).changed(change), PROJECT.replace(old, new), "{change}");
}

fn message(change: &str) -> String {
    message_of(&on("PCbuild/a.vcxproj", PROJECT), change)
}

/// Why a change does not fit, and the lines near it.
fn message_of(case: &Case, change: &str) -> String {
    match case.outcome(change) {
        Outcome::Missing { what, near, .. } => {
            what + &near.into_iter().map(|near| format!("\n{}", near.place.text)).collect::<String>()
        }
        Outcome::Ambiguous { what, .. } => what,
        Outcome::Refused { why, place } => format!("{why} in line {}", place.map_or(0, |place| place.line)),
        other => panic!("{other:#?}"),
    }
}

#[test]
fn elements_are_inserted_with_the_indentation_of_their_place() {
    let a = "    <ClCompile Include=\"..\\Modules\\a.c\" />\n";
    let n = "    <N>\n      <M />\n    </N>\n";
    let text = "text: \"<N>\\n  <M />\\n</N>\"";
    after(
        &format!("xml.insert: {{after: 'ClCompile Include=\"..\\Modules\\a.c\"', {text}}}"),
        a,
        &format!("{a}{n}"),
    );
    after(
        &format!("xml.insert: {{before: 'ClCompile Include=\"..\\Modules\\a.c\"', {text}}}"),
        a,
        &format!("{n}{a}"),
    );
    let second = "    <!-- the second -->\n";
    after(
        &format!("xml.insert: {{before: 'ClCompile Condition=\"$(X)\"', {text}}}"),
        second,
        &format!("{n}{second}"),
    );
    let keyword = "    <Keyword />\n";
    after(&format!("xml.insert: {{after: <Keyword/>, {text}}}"), keyword, &format!("{keyword}{n}"));
}

#[test]
fn elements_are_inserted_at_an_edge_of_an_element() {
    let at = |scope: &str, edge: &str| {
        format!("within: {{element: {scope}}}\nxml.insert: {{at: {edge}, text: <N/>}}")
    };
    after(&at("ItemDefinitionGroup/Link", "end"), "    <Link>\n", "    <Link>\n      <N/>\n");
    after(&at("PropertyGroup", "start"), "    <TargetExt>", "    <N/>\n    <TargetExt>");
    after(
        &at("ItemGroup", "end"),
        "    </ClCompile>\n  </ItemGroup>",
        "    </ClCompile>\n    <N/>\n  </ItemGroup>",
    );
    after("xml.insert: {at: end, text: <N/>}", "</Project>", "  <N/>\n</Project>");
    let keyword = message(&at("Keyword", "end"));
    assert!(keyword.contains("has no lines of its own"), "{keyword}");
}

#[test]
fn elements_of_one_line_share_it() {
    after("xml.remove: {find: 'Exec Command=\"run\"'}", "<Exec Command=\"run\" />", "");
    after("xml.remove: {find: 'Exec Command=\"stop\"'}", "<Exec Command=\"stop\" />", "");
}

#[test]
fn an_element_is_removed_with_its_lines_and_comments() {
    let second = "    <ClCompile Include='..\\Modules\\b.c' Condition=\"$(X)\">\n      <Level>3</Level>\n    </ClCompile>\n";
    after("xml.remove: {find: 'ClCompile Condition = \"$(X)\"'}", second, "");
    let commented = format!("    <!-- the second -->\n{second}");
    after("xml.remove: {find: 'ClCompile Condition=\"$(X)\"', comment: true}", &commented, "");
    let group = &PROJECT[PROJECT.find("  <!-- sources").unwrap()..PROJECT.find("  <Target Name").unwrap()];
    after("xml.remove: {find: Project/ItemGroup, comment: true}", group, "");
}

#[test]
fn a_removed_element_may_be_gone_but_not_misspelled() {
    let on = on("PCbuild/a.vcxproj", PROJECT);
    on.already("xml.remove: {find: 'ClCompile Include=\"..\\Modules\\zlib.c\"'}");
    let near = message_of(&on, "xml.remove: {find: 'ClCompile Include=\"..\\Modules\\bb.c\"'}");
    assert!(near.contains("a similar name was"), "{near}");
}

#[test]
fn code_is_replaced_in_the_element_that_within_names() {
    after(
        "within: {element: Target}\nxml.replace: {find: Command=\"run\", with: Command=\"go\"}",
        "\"run\"",
        "\"go\"",
    );
    after("xml.replace: {find: '$(A)'' == ''x''', with: '$(A)'' == ''y'''}", "== 'x'", "== 'y'");
    let several = message("xml.replace: {find: '$(A)', with: '$(B)'}");
    assert!(several.contains("expected 1 match") && several.contains("found 2"), "{several}");
}

#[test]
fn an_attribute_keeps_its_quotes_and_its_place() {
    let set = |element: &str, name: &str, value: &str| {
        format!("xml.set-attribute: {{element: '{element}', name: {name}, value: '{value}'}}")
    };
    after(&set("ClCompile Condition=\"$(X)\"", "Include", "c.c"), "'..\\Modules\\b.c'", "'c.c'");
    after(
        &set("ClCompile Condition=\"$(X)\"", "Label", "l"),
        "\"$(X)\">\n      <Level>",
        "\"$(X)\" Label=\"l\">\n      <Level>",
    );
    after(&set("Keyword", "A", "\"x\""), "<Keyword />", "<Keyword A='\"x\"' />");
    after(&set("Exec Command=\"run\"", "Command", "go"), "\"run\"", "\"go\"");
    on("PCbuild/a.vcxproj", PROJECT).already(&set("Target", "Name", "T"));
}

#[test]
fn a_text_is_set_between_its_blanks() {
    after("xml.set-text: {element: TargetExt, text: .dll}", ".pyd", ".dll");
    after("xml.set-text: {element: Keyword, text: k}", "<Keyword />", "<Keyword>k</Keyword>");
    after("xml.set-text: {element: <Level>3</Level>, text: '4'}", ">3<", ">4<");
    let defines = "C;\n        D;\n        %(Defines)\n";
    after("xml.set-text: {element: 'Defines Condition=\"$(X)\"', text: N}", defines, "N\n");
    let group = message("xml.set-text: {element: ItemGroup, text: x}");
    assert!(group.contains("has others, or comments, in it"), "{group}");
}

#[test]
fn an_element_that_is_named_by_its_text_may_get_that_of_another() {
    let source = "<a>\n  <p>ARM4</p>\n  <p>ARM64</p>\n</a>\n";
    let after = on("a.props", source).changed("xml.set-text: {element: <p>ARM4</p>, text: ARM64}");
    assert_eq!(after, source.replace("ARM4<", "ARM64<"));
}

#[test]
fn words_between_semicolons_are_added_removed_and_replaced() {
    after("xml.add-word: {element: ClCompile/Defines, word: N, after: A}", ">A;", ">A;N;");
    after("xml.add-word: {element: Defines, word: N, after: C}", "C;\n", "C;\n        N;\n");
    let last = "D;\n        %(Defines)";
    after(
        "xml.add-word: {element: 'Defines Condition=\"$(X)\"', word: N}",
        last,
        "D;\n        N;\n        %(Defines)",
    );
    after("xml.remove-word: {element: Defines, word: B=\"1\"}", ";B=\"1\"", "");
    after("xml.remove-word: {element: Defines, word: C}", "C;\n        D", "D");
    after("xml.replace-word: {element: Defines, word: D, with: E;F}", "D;\n", "E;F;\n");
    after("xml.add-word: {element: TargetExt, word: x}", ".pyd", ".pyd;x");
    let several = message("xml.add-word: {element: Defines, word: N}");
    assert!(several.contains("is there 2 times"), "{several}");
}

#[test]
fn the_semicolon_of_a_reference_ends_no_word() {
    after("xml.replace-word: {element: Name, word: a&amp;b, with: z}", "a&amp;b", "z");
}

#[test]
fn an_absent_or_ambiguous_element_is_shown_with_what_is_near() {
    let absent = message("xml.set-text: {element: TargetExr, text: x}");
    assert!(absent.contains("`TargetExr` was not found") && absent.contains("<TargetExt>"), "{absent}");
    let several = message("xml.set-text: {element: Name, text: x}");
    assert!(several.contains("expected 1 element `Name`, found 2"), "{several}");
    let scope = message("within: {element: ItemGruop}\nxml.replace: {find: a, with: b}");
    assert!(scope.contains("no element `ItemGruop` was found"), "{scope}");
}

#[test]
fn a_file_that_is_not_well_formed_is_refused_with_its_line() {
    let broken = on("PCbuild/a.vcxproj", "<Project>\n  <A>\n</Project>\n");
    for change in [
        "xml.insert: {at: end, text: <N/>}",
        "xml.replace: {find: A, with: B}",
        "xml.remove: {find: A}",
        "xml.set-attribute: {element: A, name: b, value: c}",
        "xml.set-text: {element: A, text: b}",
        "xml.add-word: {element: A, word: b}",
        "xml.remove-word: {element: A, word: b}",
        "xml.replace-word: {element: A, word: b, with: c}",
    ] {
        let message = message_of(&broken, change);
        assert!(message.contains("not well-formed XML: this is not the end of `A` in line 3"), "{message}");
    }
}

#[test]
fn marks_line_ends_and_foreign_bytes_survive() {
    let text =
        b"\xef\xbb\xbf<P>\r\n\t<A b='\xe4'\tc = \"d\" />  \r\n\t<L>\r\n\t\tx;\r\n\t\ty\r\n\t</L>\r\n</P>";
    let on = on("a.props", text);
    let changed = |change: &str, old: &str, new: &str| {
        let bytes = on.changed_bytes(change);
        let expected = latin1(text).replace(old, new);
        assert_eq!(latin1(&bytes), expected, "{change}");
    };
    changed(
        "xml.insert: {after: A, text: \"<N>\\n  <M/>\\n</N>\"}",
        "/>  \r\n",
        "/>  \r\n\t<N>\r\n\t\t<M/>\r\n\t</N>\r\n",
    );
    changed("xml.remove: {find: A}", "\t<A b='\u{e4}'\tc = \"d\" />  \r\n", "");
    changed("xml.replace: {find: c=\"d\", with: c=\"e\"}", "c = \"d\"", "c=\"e\"");
    changed("xml.set-attribute: {element: A, name: c, value: e}", "\"d\"", "\"e\"");
    changed("xml.set-text: {element: L, text: z}", "x;\r\n\t\ty", "z");
    changed("xml.add-word: {element: L, word: z}", "\ty\r\n", "\ty;\r\n\t\tz\r\n");
    changed("xml.remove-word: {element: L, word: y}", ";\r\n\t\ty", "");
    changed("xml.replace-word: {element: L, word: x, with: z}", "x;", "z;");
}

fn latin1(text: &[u8]) -> String {
    text.iter().map(|b| char::from(*b)).collect()
}

#[test]
fn arguments_that_are_not_xml_are_refused() {
    for (change, part) in [
        ("xml.remove: {find: 'A b=c'}", "an anchor that is not an element"),
        ("xml.remove: {find: <A></A><B></B>}", "an anchor that is not an element"),
        ("xml.insert: {before: '', text: x}", "has an empty anchor"),
        ("xml.set-attribute: {element: A, name: b, value: <}", "as XML has them"),
        ("xml.set-attribute: {element: A, name: b c, value: d}", "as XML has them"),
        ("xml.set-text: {element: A, text: a & b}", "as in XML"),
        ("xml.add-word: {element: A, word: a;b}", "has a semicolon"),
        ("xml.replace-word: {element: A, word: a, with: b;a}", "keeps the word"),
    ] {
        let complaint = complaint(change);
        assert!(complaint.contains(part), "{change}: {complaint}");
    }
}
