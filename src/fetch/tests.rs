use std::fs;

use super::testing::{Recorder, Silent, answer, bytes, listing, pin, serve, tarball};
use super::*;

fn whole(body: &[u8]) -> Vec<u8> {
    answer("200 OK", &format!("Content-Length: {}\nETag: \"x\"\n", body.len()), body)
}

/// An empty cache, and upstream on the loopback.
fn places(cache: &Path) -> Places {
    Places { cache: Some(cache.to_owned()), web: Some(Web::loopback(1 << 20)), ..Places::default() }
}

#[test]
fn what_was_fetched_once_is_found_without_the_network() {
    let cache = tempfile::tempdir().unwrap();
    let body = bytes(1000);
    let (base, requests) = serve(vec![whole(&body)]);
    let pin = pin(&base, &body);
    let mut recorder = Recorder::default();
    let obtained = obtain(&pin, &places(cache.path()), &mut recorder).unwrap();
    assert!(obtained.rejected.is_empty());
    assert_eq!(fs::read(obtained.located.path()).unwrap(), body);
    assert_eq!(recorder.notes, [pin.tarballs[0].url.clone().unwrap()]);

    let offline = Places { web: None, ..places(cache.path()) };
    assert_eq!(locate(&pin, &offline).located, Some(obtained.located));
    obtain(&pin, &places(cache.path()), &mut Silent).unwrap();
    assert_eq!(requests.iter().count(), 1, "the server was asked once");
}

#[test]
fn the_places_the_user_named_come_before_the_cache() {
    let (own, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pin = pin("https://a.test", b"good");
    fs::create_dir(cache.path().join("tarballs")).unwrap();
    fs::write(cache.path().join("tarballs/Python-2.5.tgz"), "good").unwrap();
    fs::write(own.path().join("Python-2.5.tgz"), "good").unwrap();
    let places = Places { sources: vec![own.path().to_owned()], ..places(cache.path()) };
    assert!(locate(&pin, &places).located.unwrap().path().starts_with(own.path()));

    fs::write(own.path().join("Python-2.5.tgz"), "evil").unwrap();
    let lookup = locate(&pin, &places);
    assert!(lookup.located.unwrap().path().starts_with(cache.path()));
    assert!(matches!(lookup.rejected[0].why, Why::WrongHash { .. }));
}

#[test]
fn a_download_with_the_wrong_hash_is_thrown_away_and_the_next_tarball_tried() {
    let cache = tempfile::tempdir().unwrap();
    let (base, _requests) = serve(vec![whole(b"evil"), whole(b"good")]);
    let mut pin = pin(&base, b"expected");
    pin.tarballs.push(tarball(&format!("{base}/Python-2.5.tar.xz"), b"good"));
    let obtained = obtain(&pin, &places(cache.path()), &mut Silent).unwrap();
    assert!(obtained.located.path().ends_with("Python-2.5.tar.xz"));
    assert!(matches!(obtained.rejected[0].why, Why::WrongHash { .. }));
    let files = listing(&cache.path().join("tarballs"));
    let kept: Vec<_> = files.iter().filter(|name| !name.ends_with(".lock")).collect();
    assert_eq!(kept, ["Python-2.5.tar.xz", "Python-2.5.tar.xz.verified"]);
}

#[test]
fn a_continued_download_with_a_wrong_hash_starts_again() {
    let cache = tempfile::tempdir().unwrap();
    let body = bytes(1000);
    let rest = answer("206 Partial Content", "Content-Range: bytes 5-999/1000\n", &body[5..]);
    let (base, _requests) = serve(vec![rest, whole(&body)]);
    let pin = pin(&base, &body);
    let tarballs = cache.path().join("tarballs");
    fs::create_dir(&tarballs).unwrap();
    fs::write(tarballs.join("Python-2.5.tgz.part"), "wrong").unwrap();
    fs::write(
        tarballs.join("Python-2.5.tgz.part.validator"),
        format!("{}\n\"x\"", pin.tarballs[0].url.as_ref().unwrap()),
    )
    .unwrap();
    let obtained = obtain(&pin, &places(cache.path()), &mut Silent).unwrap();
    assert_eq!(fs::read(obtained.located.path()).unwrap(), body);
}

#[test]
fn the_error_names_every_origin_that_was_tried() {
    let (own, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(cache.path().join("tarballs")).unwrap();
    fs::write(cache.path().join("tarballs/Python-2.5.tgz"), "evil").unwrap();
    let (base, _requests) = serve(vec![answer("404 Not Found", "Content-Length: 0\n", b"")]);
    let places =
        Places { sources: vec![own.path().to_owned()], apt: Apt::of_system(), ..places(cache.path()) };
    let error = obtain(&pin(&base, b"good"), &places, &mut Silent).unwrap_err();
    assert_eq!(error.to_string(), "no source found for `python-2.5`");
    let whys: Vec<_> = error.attempts.iter().map(|attempt| (attempt.origin, &attempt.why)).collect();
    let [
        (Origin::Sources, Why::NothingThere),
        (Origin::Cache, Why::WrongHash { .. }),
        (Origin::Upstream, Why::Status(404)),
        (Origin::Distribution, Why::NoPackagePinned),
    ] = whys[..]
    else {
        panic!("{whys:?}")
    };
}

#[test]
fn a_release_pinned_by_tree_alone_is_not_downloaded() {
    let cache = tempfile::tempdir().unwrap();
    let pin = Pin { tarballs: Vec::new(), ..pin("https://a.test", b"") };
    let error = obtain(&pin, &places(cache.path()), &mut Silent).unwrap_err();
    assert!(matches!(error.attempts[..], [Attempt { why: Why::NoTarballPinned, .. }]), "{error:?}");
}

#[test]
fn nothing_is_downloaded_without_a_cache() {
    let places = Places { web: Some(Web::upstream()), ..Places::default() };
    let error = obtain(&pin("https://a.test", b"good"), &places, &mut Silent).unwrap_err();
    assert!(matches!(error.attempts[..], [Attempt { why: Why::NoCache, .. }]), "{error:?}");
}
