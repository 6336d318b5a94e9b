include(GoogleTest)
# epki_test(<name> SOURCES … USES … PACKAGES …): one test program, its cases discovered by CTest. Tests stand beside
# the room they test, as <room>/tests/*_test.cpp. Whole-program tests are in tests/.
function(epki_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;PACKAGES")
  add_executable(${name}_test ${arg_SOURCES})
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  list(TRANSFORM arg_USES PREPEND epki::)
  target_link_libraries(${name}_test PRIVATE ${arg_USES} ${arg_PACKAGES} epki::strict GTest::gtest GTest::gtest_main)
  # Whole-program tests share a folder of their own and the published schemas (tests/CMakeLists.txt).
  if(name MATCHES "^program_")
    target_link_libraries(${name}_test PRIVATE epki::program_test)
  endif()
  target_include_directories(${name}_test PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${name}_test PRIVATE EPKI_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    EPKI_BIN_DIR="${PROJECT_BINARY_DIR}/bin")
  # One CTest entry per program: discovery by running each program at build time costs more than it tells. Each case is
  # named as it begins, so that a program that runs into its time limit says in which it was.
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES TIMEOUT 400)
endfunction()
