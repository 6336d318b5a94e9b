# What a room may use. This table is the picture in docs/architecture.md; a room that names anything else does not
# configure. `core` may be used by all and is still named, so that a reader sees it.
set(EPKI_MAY_USE_core "")
set(EPKI_MAY_USE_config "core")
set(EPKI_MAY_USE_ossl "core")
set(EPKI_MAY_USE_profile "core")
set(EPKI_MAY_USE_lint "core;ossl;profile")
set(EPKI_MAY_USE_ca "core;ossl;profile;lint;ledger")
set(EPKI_MAY_USE_ledger "core;ossl")
set(EPKI_MAY_USE_transport "core")
set(EPKI_MAY_USE_at "core;transport")
set(EPKI_MAY_USE_ec200u "core;transport;at")
set(EPKI_MAY_USE_plan "core;transport;at;ec200u;ledger;ossl")
set(EPKI_MAY_USE_doctor "core;transport;at;ec200u;ledger;ossl;lint")
set(EPKI_MAY_USE_labels "core;transport")
set(EPKI_MAY_USE_station "core;transport;plan;doctor;ca;ledger;config;labels")
set(EPKI_MAY_USE_oracle "core")
set(EPKI_MAY_USE_probe "core;ossl")
set(EPKI_MAY_USE_infer "core;probe;oracle")
set(EPKI_MAY_USE_trial "core;transport;at;ec200u;plan;infer;probe;oracle;ledger;ossl")
set(EPKI_MAY_USE_report "core")
set(EPKI_MAY_USE_broker "core;config;ossl")
set(EPKI_MAY_USE_simulator "core")

# Sources are compiled several at a time (unity build): parsing the standard library's headers again for every small file
# would triple the build. The tidy preset compiles every file alone, so a missing include does not hide.
if(NOT DEFINED CMAKE_UNITY_BUILD)
  set(CMAKE_UNITY_BUILD ON)
endif()
set(CMAKE_UNITY_BUILD_BATCH_SIZE 16)

# epki_apart(<files>): private names of these files stand in a neighbour too, so each is compiled alone.
function(epki_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# epki_module(<name> SOURCES … USES … PACKAGES …): a static library epki::<name> whose public includes are written
# from the project's root ("pki/ossl/digest.hpp"). PACKAGES stay private: no third-party header leaks out of a room.
function(epki_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;PACKAGES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "epki_module(${name}): unknown words ${arg_UNPARSED_ARGUMENTS}")
  endif()
  foreach(use IN LISTS arg_USES)
    if(NOT use IN_LIST EPKI_MAY_USE_${name})
      message(FATAL_ERROR "${name} may not use ${use}; see docs/architecture.md")
    endif()
  endforeach()
  add_library(epki_${name} STATIC ${arg_SOURCES})
  add_library(epki::${name} ALIAS epki_${name})
  list(TRANSFORM arg_USES PREPEND epki::)
  target_link_libraries(epki_${name} PUBLIC ${arg_USES} PRIVATE ${arg_PACKAGES} epki::strict)
  target_include_directories(epki_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
endfunction()
