# Warnings and hardening, as one interface target that every room links privately. Warnings become errors through
# the presets (CMAKE_COMPILE_WARNING_AS_ERROR), never here, so that a packager with another compiler is not fought.
add_library(epki_strict INTERFACE)
add_library(epki::strict ALIAS epki_strict)
target_compile_options(epki_strict INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual
  -fstack-protector-strong)
# Every file but the batch itself counts as a header in a unity build, and a class with private members would be warned of.
if(NOT DEFINED CMAKE_UNITY_BUILD OR CMAKE_UNITY_BUILD)
  target_compile_options(epki_strict INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
# The same bytes wherever it is built: no path of the machine in the program (reproducible-builds.org).
target_compile_options(epki_strict INTERFACE
  "-ffile-prefix-map=${PROJECT_BINARY_DIR}=build" "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.")
target_compile_definitions(epki_strict INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=2>)

# A library that nothing in a program uses is not loaded with it: half of a short command's time is its libraries'.
target_link_options(epki_strict INTERFACE LINKER:--as-needed)

find_program(EPKI_CCACHE ccache)
if(EPKI_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${EPKI_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${EPKI_CCACHE}")
endif()
