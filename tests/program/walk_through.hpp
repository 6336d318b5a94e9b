#pragma once
// Pages that show what is typed and what is said, run again. A block that begins with ```console holds lines that
// begin with "$ ", each followed by what the command prints. The block may stand indented, inside a list.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/program/sandbox.hpp"

namespace epki::test {

/// One command of a page, with what the page shows below it.
struct Shown {
  std::size_t line = 0;  ///< of the "$ ", from 1
  std::string command;
  std::string output;
};

std::vector<Shown> shown_commands(std::string_view page);

/// Folder, media and ports of the sandbox as a page writes them: /home/you/pki, /media/usb, 8883 and 8884.
std::string as_on_a_page(std::string text, const Sandbox& box, std::uint16_t second_port);
/// The text without what differs from run to run: dates, hashes, sizes, durations, versions.
std::string masked(std::string text);

/// Runs a page's commands one after another in a fresh folder, each in a shell of its own. EC200U_PKI_PASSPHRASE is
/// set, as if it were typed; /media/usb and /media/safe are folders of the sandbox. Each difference is a test failure
/// that names the line. With EPKI_REGOLD set, the page is written again with what the commands printed.
void replay_page(const std::filesystem::path& page);

}  // namespace epki::test
