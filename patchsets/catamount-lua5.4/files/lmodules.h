/*
** lmodules.h
** The modules in C that are linked into Lua: LMODULE(NAME, FUNCTION) for each,
** without a semicolon. Name their archives in MYLIBS when you run make:
**
**   LMODULE("cjson", luaopen_cjson)
**   LMODULE("socket.core", luaopen_socket_core)
**
**   make catamount MYLIBS='/path/cjson.a /path/socket.a'
*/
