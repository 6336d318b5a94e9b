#include "core/template.hpp"

#include <kainjow/mustache.hpp>

namespace epki {

namespace {

namespace m = kainjow::mustache;

std::string number_text(const Json& json) {
  return json.dump(-1);
}

m::data bridged(const Json& json) {
  if (json.is_array()) {
    m::data list{m::data::type::list};
    for (const auto& item : json.items()) list.push_back(bridged(item));
    return list;
  }
  if (json.is_object()) {
    m::data object{m::data::type::object};
    for (const auto& [key, value] : json.members()) object.set(key, bridged(value));
    return object;
  }
  if (const auto truth = json.boolean()) return m::data{*truth};
  if (const auto text = json.text()) return m::data{*text};
  if (json.is_null()) return m::data{false};
  return m::data{number_text(json)};
}

}  // namespace

Result<std::string> fill_template(std::string_view text, const Json& data, Escaping escaping) {
  m::mustache page{std::string(text)};
  if (!page.is_valid()) return Error{Errc::internal, "a template of this program is wrong: " + page.error_message()};
  if (escaping == Escaping::plain) page.set_custom_escape([](const std::string& value) { return value; });
  return page.render(bridged(data));
}

}  // namespace epki
