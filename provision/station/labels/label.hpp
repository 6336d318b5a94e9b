#pragma once
// A device's label: a QR code and text, as SVG, PNG and ZPL, each from a template a person can change.

#include <filesystem>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/result.hpp"

namespace epki::labels {

/// The templates and what the QR code says. All three are Mustache texts over the same fields (docs/labels.md).
struct Template {
  std::string svg, zpl;
  std::string qr = "{{imei}}";
};

/// The shipped label: 50 x 25 mm; its ZPL is for 8 dots a millimetre (203 dpi).
Template shipped_template();
/// NAME.svg and NAME.zpl, the latter optional. Errc::input when the SVG cannot be read.
Result<Template> read_template(const std::filesystem::path& svg, std::string qr);

struct Label {
  std::string svg, zpl;  ///< zpl empty when the template has none
  std::string qr_text;
};

/// `fields` is an object of texts; one that a template names and `fields` lacks is left empty. Whatever a field holds,
/// it stays text: it becomes neither markup nor a printer command. Errc::input when the QR text is empty or longer than
/// a QR code of error correction level M holds (2,331 bytes).
Result<Label> make_label(const Template& from, const Json& fields);

/// The label as a PNG of `dpi` dots an inch (50 to 1200). Errc::input when the SVG cannot be drawn.
Result<std::string> to_png(const std::string& svg, int dpi);

}  // namespace epki::labels
