# Manual pages and shell completions, written by the program itself from the declarations of its commands.
find_program(EPKI_GZIP gzip)
set(pages "${PROJECT_BINARY_DIR}/pages")
set(stamp "${pages}/stamp")
add_custom_command(OUTPUT "${stamp}"
  COMMAND "${CMAKE_COMMAND}" -E rm -rf "${pages}"
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${pages}/completion"
  COMMAND ec200u-pki -q man --out "${pages}/man1"
  COMMAND ec200u-pki -q completion bash > "${pages}/completion/ec200u-pki"
  COMMAND ec200u-pki -q completion zsh > "${pages}/completion/_ec200u-pki"
  COMMAND ec200u-pki -q completion fish > "${pages}/completion/ec200u-pki.fish"
  COMMAND sh -c "test -z '${EPKI_GZIP}' || ${EPKI_GZIP} -9n '${pages}'/man1/*.1"
  COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
  DEPENDS ec200u-pki ec200u-pki-judge $<TARGET_NAME_IF_EXISTS:ec200u-pki-verify> $<TARGET_NAME_IF_EXISTS:ec200u-pki-station>
  COMMENT "Writing manual pages and completions" VERBATIM)
add_custom_target(pages ALL DEPENDS "${stamp}")

# A page belongs to the package of its program.
set(man "${CMAKE_INSTALL_MANDIR}/man1")
install(DIRECTORY "${pages}/man1/" DESTINATION "${man}" COMPONENT tool
  FILES_MATCHING PATTERN "ec200u-pki*.1*"
  PATTERN "ec200u-pki-verify*" EXCLUDE PATTERN "ec200u-pki-respond*" EXCLUDE PATTERN "ec200u-pki-capture*" EXCLUDE
  PATTERN "ec200u-pki-station*" EXCLUDE)
install(DIRECTORY "${pages}/man1/" DESTINATION "${man}" COMPONENT verify
  FILES_MATCHING PATTERN "ec200u-pki-verify*" PATTERN "ec200u-pki-respond*" PATTERN "ec200u-pki-capture*")
install(DIRECTORY "${pages}/man1/" DESTINATION "${man}" COMPONENT station FILES_MATCHING PATTERN "ec200u-pki-station*")
install(FILES "${pages}/completion/ec200u-pki" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" COMPONENT tool)
install(FILES "${pages}/completion/_ec200u-pki" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions" COMPONENT tool)
install(FILES "${pages}/completion/ec200u-pki.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" COMPONENT tool)
