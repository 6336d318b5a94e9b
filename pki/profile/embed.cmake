# Turns profile files into one .cpp: cmake -DOUTPUT=… -DFILES=a.toml;b.toml -P embed.cmake
# C++20 has no #embed; a raw string literal needs no escaping, and these texts are far below any compiler's limit.
set(rows "")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" text)
  string(FIND "${text}" ")profile\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${file} holds the end mark of a raw string literal")
  endif()
  string(APPEND rows "    {\"${name}\", R\"profile(${text})profile\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Made from templates/profiles by pki/profile/embed.cmake.
#include \"pki/profile/embedded.hpp\"

namespace epki::profile {

namespace {
constexpr EmbeddedProfile all[] = {
${rows}};
}  // namespace

std::span<const EmbeddedProfile> embedded_profiles() {
  return all;
}

}  // namespace epki::profile
")
