# Debian packages, one a component: the tool, what presents defective certificates, the line station, the simulator.
# `cpack -G DEB` in the build folder of the release preset writes them.
foreach(component IN ITEMS tool verify station simulator)
  install(FILES "${PROJECT_SOURCE_DIR}/packaging/copyright"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/$<IF:$<STREQUAL:${component},tool>,ec200u-pki,$<IF:$<STREQUAL:${component},simulator>,ec200u-sim,ec200u-pki-${component}>>"
    COMPONENT ${component})
endforeach()
install(FILES README.md CHANGELOG.md SECURITY.md DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/ec200u-pki" COMPONENT tool)
install(DIRECTORY docs/ DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/ec200u-pki/docs" COMPONENT tool
  PATTERN "status.md" EXCLUDE PATTERN "decisions" EXCLUDE)
# What --json prints, for those who read it (docs/json.md).
install(DIRECTORY schemas/ DESTINATION "${CMAKE_INSTALL_DATADIR}/ec200u-pki/schemas" COMPONENT tool FILES_MATCHING PATTERN "*.schema.json")
install(DIRECTORY templates/udev/ DESTINATION lib/udev/rules.d COMPONENT tool FILES_MATCHING PATTERN "*.rules")
install(FILES packaging/ec200u-pki-station@.service DESTINATION lib/systemd/system COMPONENT station)

set(CPACK_GENERATOR DEB)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/FolderModes.cmake")
set(CPACK_PACKAGE_NAME ec200u-pki)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_VENDOR "ec200u-pki")
set(CPACK_PACKAGE_CONTACT "ec200u-pki maintainers <maintainers@ec200u-pki.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX "/usr")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL tool verify station simulator)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_TOOL_PACKAGE_NAME ec200u-pki)
set(CPACK_DEBIAN_TOOL_DESCRIPTION "private PKI and provisioning for EC200U modems
 Makes a private CA and certificates that a Quectel EC200U LTE modem accepts, puts
 them on the modem over AT commands, and proves that they took.")
# Loaded when needed, so dpkg-shlibdeps does not see them. The other programs depend on the tool.
set(loaded_late "")
if(EPKI_ARCHIVE)
  list(APPEND loaded_late "libarchive13")
endif()
if(EPKI_POSTGRESQL)
  list(APPEND loaded_late "libpq5 (>= 14)")
endif()
list(JOIN loaded_late ", " CPACK_DEBIAN_TOOL_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_TOOL_PACKAGE_RECOMMENDS "mosquitto, ec200u-pki-verify")
set(CPACK_DEBIAN_TOOL_PACKAGE_SUGGESTS "ec200u-sim, ec200u-pki-station")

set(CPACK_DEBIAN_VERIFY_PACKAGE_NAME ec200u-pki-verify)
set(CPACK_DEBIAN_VERIFY_DESCRIPTION "find out which trust anchors an EC200U modem uses
 Presents certificate chains, among them ones with a deliberate defect from throw-away
 keys, to the modem's TLS client, and concludes what it trusts.")
set(CPACK_DEBIAN_VERIFY_PACKAGE_DEPENDS "ec200u-pki (= ${PROJECT_VERSION})")

set(CPACK_DEBIAN_STATION_PACKAGE_NAME ec200u-pki-station)
set(CPACK_DEBIAN_STATION_DESCRIPTION "manufacturing line for EC200U modems
 Provisions many modems at once, with a page for the operator, labels and a ledger.")
set(CPACK_DEBIAN_STATION_PACKAGE_DEPENDS "ec200u-pki (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_STATION_PACKAGE_RECOMMENDS "fonts-dejavu-core")

set(CPACK_DEBIAN_SIMULATOR_PACKAGE_NAME ec200u-sim)
set(CPACK_DEBIAN_SIMULATOR_DESCRIPTION "simulated EC200U modem
 An EC200U behind a pseudo-terminal, with a real TLS stack, for trials and tests
 without hardware.")
set(CPACK_DEBIAN_SIMULATOR_PACKAGE_SECTION devel)
include(CPack)
