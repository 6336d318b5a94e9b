#pragma once
// What a verdict says, in sentences ready for a product specification.

#include <string>
#include <string_view>

#include "core/json.hpp"

namespace epki::report {

/// One sentence that answers: are there trust anchors in the firmware that nobody uploaded? `verdict` is one path's
/// object of a verify document.
std::string answer(const Json& verdict);

/// "good", "open" or "bad": how a reader may take the answer at first sight; the worse of both security levels where a
/// device with a certificate of its own was asked about too.
std::string_view tone(const Json& verdict);
/// The worst of all paths.
std::string_view tone_for_all(const Json& verdicts);

/// One paragraph for the specification of a product that uses this modem: what holds, for which firmware and settings,
/// and what it does not say.
std::string statement(std::string_view path, const Json& verdict, const Json& device, const Json& oracle);

/// One sentence over all paths, for the head of a report: the worst of them first. `verdicts` is `verdict` of a verify
/// document.
std::string answer_for_all(const Json& verdicts);

/// Rows of the policy and settings that were not established: why not, and the means that would split them.
struct Open {
  std::string row, why, means;
};
std::vector<Open> not_established(const Json& verdict);

}  // namespace epki::report
