#include "provision/station/labels/label.hpp"

#include <system_error>

#include "core/file.hpp"
#include "core/template.hpp"
#include "provision/station/labels/embedded.hpp"
#include "provision/station/labels/qr_code.hpp"

namespace epki::labels {

namespace {

// After ^FH, a printer reads _5E as ^ (ZPL II Programming Guide, ^FH). What would begin a command, and the sign itself,
// are written so; control characters have no place on a label.
std::string for_zpl(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) continue;
    if (c == '^' || c == '~' || c == '_') {
      out += '_';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    } else {
      out += c;
    }
  }
  return out;
}

Json each_field(const Json& fields, std::string (*change)(std::string_view)) {
  Json changed = Json::object();
  for (const auto& [key, value] : fields.members())
    changed.set(key, change(value.is_null() ? std::string() : value.text_or(value.dump(-1))));
  return changed;
}

}  // namespace

Template shipped_template() {
  return {std::string(shipped_svg()), std::string(shipped_zpl())};
}

Result<Template> read_template(const std::filesystem::path& svg, std::string qr) {
  auto text = read_file(svg, 1U << 20U);
  if (!text) return std::move(text).error();
  Template read{*std::move(text), {}, std::move(qr)};
  auto beside = svg;
  beside.replace_extension(".zpl");
  std::error_code failed;
  if (std::filesystem::exists(beside, failed)) {
    auto zpl = read_file(beside, 1U << 20U);
    if (!zpl) return std::move(zpl).error();
    read.zpl = *std::move(zpl);
  }
  return read;
}

Result<Label> make_label(const Template& from, const Json& fields) {
  auto said = fill_template(from.qr, fields, Escaping::plain);
  if (!said) return std::move(said).error();
  auto code = encode_qr(*said);
  if (!code) return std::move(code).error();
  Json all = fields;
  all.set("qr_size", code->size).set("qr_path", code->path).set("qr_text", *said);
  auto svg = fill_template(from.svg, all, Escaping::html);
  if (!svg) return std::move(svg).error();
  auto zpl = fill_template(from.zpl, each_field(all, for_zpl), Escaping::plain);
  if (!zpl) return std::move(zpl).error();
  return Label{*std::move(svg), *std::move(zpl), *std::move(said)};
}

}  // namespace epki::labels
