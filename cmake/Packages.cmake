# Every third-party package in one place. A room names the imported target in its PACKAGES list.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json 3.9 REQUIRED)
find_package(SQLite3 3.35 REQUIRED)
pkg_check_modules(UDEV REQUIRED IMPORTED_TARGET libudev)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)

pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(RSVG REQUIRED IMPORTED_TARGET librsvg-2.0)

# Botan 3 where there is one, else Botan 2: the oracle compiles against either.
pkg_check_modules(BOTAN IMPORTED_TARGET botan-3)
if(NOT BOTAN_FOUND)
  pkg_check_modules(BOTAN REQUIRED IMPORTED_TARGET botan-2)
endif()

# Debian's mbedTLS ships neither a CMake package nor a .pc file.
find_path(MBEDTLS_INCLUDE_DIR mbedtls/ssl.h REQUIRED)
find_library(MBEDTLS_LIBRARY mbedtls REQUIRED)
find_library(MBEDX509_LIBRARY mbedx509 REQUIRED)
find_library(MBEDCRYPTO_LIBRARY mbedcrypto REQUIRED)
add_library(epki_mbedtls INTERFACE)
add_library(epki::mbedtls ALIAS epki_mbedtls)
target_include_directories(epki_mbedtls SYSTEM INTERFACE "${MBEDTLS_INCLUDE_DIR}")
target_link_libraries(epki_mbedtls INTERFACE "${MBEDTLS_LIBRARY}" "${MBEDX509_LIBRARY}" "${MBEDCRYPTO_LIBRARY}")

# Debian's kainjow-mustache is one header without a CMake package.
find_path(MUSTACHE_INCLUDE_DIR kainjow/mustache.hpp REQUIRED)
add_library(epki_mustache INTERFACE)
add_library(epki::mustache ALIAS epki_mustache)
target_include_directories(epki_mustache SYSTEM INTERFACE "${MUSTACHE_INCLUDE_DIR}")

if(EPKI_TESTS)
  find_package(GTest REQUIRED)
endif()
