#pragma once
// Mustache templates (mustache(5)) filled from a Json value. The library behind it stays in template.cpp.

#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/result.hpp"

namespace epki {

/// What `{{name}}` does to a value: `html` writes & < > " ' as character references, `plain` writes it as it is.
/// `{{{name}}}` is never changed.
enum class Escaping { html, plain };

/// Fills `text` from `data`: objects and arrays are sections, false, null and empty arrays are left out, numbers and
/// texts are values. A name that `data` does not have is empty, as Mustache says. Errc::internal when the template
/// itself is wrong (an open section): templates are ours.
Result<std::string> fill_template(std::string_view text, const Json& data, Escaping escaping);

}  // namespace epki
