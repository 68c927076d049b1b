def link_shared_object(self,
                       objects,
                       output_filename,
                       output_dir=None,
                       libraries=None,
                       library_dirs=None,
                       runtime_library_dirs=None,
                       export_symbols=None,
                       debug=0,
                       extra_preargs=None,
                       extra_postargs=None,
                       build_temp=None,
                       target_lang=None):
    # Shared objects are not possible here: make <module>.a, and say which
    # line in Modules/Setup links it into the interpreter.
    (libraries, library_dirs, runtime_library_dirs) = \
        self._fix_lib_args(libraries, library_dirs, runtime_library_dirs)
    if output_dir is None:
        (output_dir, output_filename) = os.path.split(output_filename)
    archive = os.path.abspath(os.path.join(output_dir, output_filename))
    # "_mumble.cpython-32m.a" is the module _mumble, too.
    module = output_filename.split(".")[0]

    linkline = "%s %s" % (module, archive)
    for l in library_dirs:
        linkline = linkline + " -L" + l
    for l in libraries:
        linkline = linkline + " -l" + l

    # create_static_lib would call it lib<module>.a.a
    old_fmt = self.static_lib_format
    self.static_lib_format = "%s%.0s"
    self.create_static_lib(objects, output_filename, output_dir, debug,
                           target_lang)
    self.static_lib_format = old_fmt

    print("Append to Setup: ", linkline)
