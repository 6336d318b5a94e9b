#pragma once
// A rendered file carries a sum of itself, so that a later render can tell its own work, which it may replace, from a
// person's, which it may not.

#include <string>
#include <string_view>

namespace epki::broker {

/// The text and below it a comment line that holds its sum.
std::string sealed(std::string_view text);

enum class Seal : unsigned char {
  intact,  ///< as it was rendered
  broken,  ///< rendered, then edited
  none,    ///< somebody else's
};
Seal seal_of(std::string_view text);

/// What turns one text into the other, a line each: "- old", "+ new"; empty when they are equal. The seals' own lines
/// are left out.
std::string difference(std::string_view before, std::string_view after);

}  // namespace epki::broker
