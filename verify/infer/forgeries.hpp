#pragma once
// C4: chains that anybody can make without anyone's key, beside the unknown CA (C2) and the bad signature (C3). Each
// stands for a shortcut that a client may take, and neither C2 nor C3 would show it.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "verify/infer/evidence.hpp"

namespace epki::infer {

struct Forgery {
  std::string_view name;     ///< in the probe's name: "C4-self-signed"
  std::string_view case_id;  ///< the trust case that is shown
  std::string_view what;     ///< a sentence goes on with "was accepted (...)"
  bool under_an_upload;      ///< says something only where what it imitates counts
};

/// A probe that shows a forgery has its place here as its `depth`.
inline constexpr std::array<Forgery, 6> forgeries{{
    {"self-signed", "selfsigned_leaf", "A self-signed server certificate that nobody bound", false},
    {"root-sent", "unknown_rootsent", "A chain of an unknown CA that brings its own root along", false},
    {"impostor", "impostor_root", "A chain under a root that has only the bound root's name and key identifier", true},
    {"beside", "bound_beside", "A chain of an unknown CA with the bound root's certificate sent beside it", true},
    {"issuer", "badsig_inter", "A chain whose intermediate names the bound CA and carries another key's signature",
     true},
    {"leaf", "badsig_leaf", "A certificate that names a real intermediate and carries another key's signature", true},
}};

/// The names of those that got no answer. A budget or a bad line may leave them out; a verdict must not sound then as
/// if they had been refused.
std::vector<std::string> untried_forgeries(const Evidence& evidence);

}  // namespace epki::infer
