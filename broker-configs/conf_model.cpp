#include "broker-configs/conf_model.hpp"

#include <algorithm>

#include "broker-configs/conf_lines.hpp"
#include "broker-configs/directives.hpp"
#include "core/text.hpp"

namespace epki::broker {

namespace {

// A value of a megabyte is nobody's setting; its beginning says enough.
std::string shown(std::string_view text) {
  constexpr std::size_t most = 80;
  return "\"" + visible(text.substr(0, most)) + (text.size() > most ? "…" : "") + "\"";
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

class Reader {
 public:
  Reader(const IncludedFiles& included, Version version) : included_(included), version_(version) {}

  void read(const NamedText& file, bool is_main) {
    model_.files.push_back(file.name);
    // Each file begins outside of any listener: what an included file says of TLS does not reach the one above the
    // include_dir line (tried).
    const auto listener_before = listener_, bridge_before = bridge_;
    listener_.reset();
    bridge_.reset();
    for (const auto& line : conf_lines(file.text)) take(line, {file.name, line.number}, is_main);
    listener_ = listener_before;
    bridge_ = bridge_before;
  }

  Model finish() && {
    if (has_default_) {
      model_.listeners.push_back(std::move(default_));
    } else {
      for (const auto& setting : default_.settings.all)
        complain(setting.place, "e_setting_lost", setting.name + " stands outside of any listener: it holds for none");
    }
    return std::move(model_);
  }

 private:
  void complain(const Place& place, std::string rule, std::string what, std::string remedy = {}) {
    model_.problems.push_back({place, std::move(rule), std::move(what), std::move(remedy)});
  }

  void take(const ConfLine& line, const Place& place, bool is_main) {
    if (line.key.starts_with('#')) {
      complain(place, "e_indented_comment", "the line begins with a space and then #: Mosquitto takes # for a setting");
      return;
    }
    const auto* directive = find_directive(line.key);
    if (directive == nullptr) {
      unknown(line, place);
      return;
    }
    if (directive->since && *directive->since > version_) {
      complain(place, "e_newer_directive",
               std::string(line.key) + " is known from " + std::string(word(*directive->since)) +
                   " on, and this is for " + std::string(word(version_)));
      return;
    }
    if (!directive->instead.empty())
      complain(place, "w_outdated", std::string(line.key) + " is outdated", "write " + std::string(directive->instead));
    check_value(*directive, line, place);
    if (line.key == "include_dir") {
      include(line, place, is_main);
      return;
    }
    store(*directive, line, place);
  }

  void unknown(const ConfLine& line, const Place& place) {
    if (const auto tab = line.key.find('\t');
        tab != std::string_view::npos && find_directive(line.key.substr(0, tab))) {
      complain(place, "e_unknown_directive",
               "a tab stands behind " + std::string(line.key.substr(0, tab)) +
                   ", which Mosquitto takes for a part of the name",
               "put a space there");
      return;
    }
    std::vector<std::string_view> names;
    for (const auto& one : all_directives()) names.push_back(one.name);
    const auto near = line.key.size() < 60 ? nearest(line.key, names) : std::string_view();
    complain(place, "e_unknown_directive", "Mosquitto has no setting " + shown(line.key),
             near.empty() ? "" : "did you mean " + std::string(near) + "?");
  }

  void check_value(const Directive& directive, const ConfLine& line, const Place& place) {
    const auto word = first_word(line.value);
    if (line.value.empty()) {
      complain(place, "e_bad_value", std::string(line.key) + " has no value");
    } else if (directive.kind == Kind::truth && word != "true" && word != "false") {
      complain(place, "e_bad_value", std::string(line.key) + " is " + shown(line.value) + ", neither true nor false");
    } else if (directive.kind == Kind::number && !parse_integer(word)) {
      complain(place, "e_bad_value", std::string(line.key) + " is " + shown(line.value) + ", which is no number");
    } else if (directive.kind == Kind::text && line.value.find(" #") != std::string_view::npos) {
      complain(
          place, "w_trailing_comment",
          "the value of " + std::string(line.key) + " goes to the end of the line, # and all: " + shown(line.value));
    }
  }

  void include(const ConfLine& line, const Place& place, bool is_main) {
    if (!is_main) {
      complain(place, "e_include", "include_dir stands in a file that is itself included");
      return;
    }
    auto files = included_(std::string(line.value));
    if (!files) {
      complain(place, "e_include", "the files of include_dir cannot be read: " + files.error().what);
      return;
    }
    for (const auto& file : *files) read(file, false);
  }

  void store(const Directive& directive, const ConfLine& line, const Place& place) {
    // Numbers and truths are read as one word; what follows is passed over.
    const bool one_word = directive.kind == Kind::truth || directive.kind == Kind::number;
    Setting setting{std::string(line.key), std::string(one_word ? first_word(line.value) : line.value), place};
    if (line.key == "connection") return open_bridge(setting);
    if (line.key == "listener") return open_listener(setting);
    switch (directive.scope) {
      case Scope::bridge:
        if (!bridge_)
          return complain(place, "e_outside",
                          setting.name + " belongs to a bridge, and no connection line is above it");
        return keep(directive, model_.bridges[*bridge_].settings, std::move(setting));
      case Scope::listener: return keep_for_listener(directive, std::move(setting));
      case Scope::security: return keep_security(directive, std::move(setting));
      case Scope::global: return keep_global(directive, std::move(setting));
    }
  }

  void open_bridge(const Setting& setting) {
    model_.bridges.push_back({setting.place, setting.value, {}});
    bridge_ = model_.bridges.size() - 1;
  }

  void open_listener(const Setting& setting) {
    const auto words = split(setting.value, ' ');
    const auto port = parse_integer(words.front());
    if (!port || *port < 0 || *port > 65535)
      complain(setting.place, "e_bad_value", "listener " + shown(setting.value) + " begins with no port");
    Listener listener{.place = setting.place, .port = port.value_or(0), .address = {}, .settings = {}};
    const auto space = setting.value.find(' ');
    if (space != std::string::npos) {
      const auto rest = trimmed(std::string_view(setting.value).substr(space));
      listener.address = std::string(port == 0 ? rest : first_word(rest));
      if (listener.address.starts_with('#')) listener.address.clear();
    }
    model_.listeners.push_back(std::move(listener));
    listener_ = model_.listeners.size() - 1;
  }

  // Lines for a listener that stand outside of any belong to a default one, on port 1883. Most of them bring it into
  // being; the others are lost when none does (each tried).
  static bool brings_default(const Setting& setting) {
    for (const char* one : {"max_topic_alias", "http_dir", "tls_keyform", "tls_version"})
      if (setting.name == one) return false;
    return setting.name != "protocol" || setting.value != "mqtt";
  }

  void keep_for_listener(const Directive& directive, Setting setting) {
    if (setting.name == "plugin_use") model_.plugins = true;
    const bool opens = setting.name == "port" || setting.name == "bind_address";
    if (opens) listener_.reset();
    if (listener_) return keep(directive, model_.listeners[*listener_].settings, std::move(setting));
    if (!has_default_ && brings_default(setting)) {
      has_default_ = true;
      default_.place = setting.place;
    }
    if (opens) default_.by_accident = false;
    if (setting.name == "port") default_.port = parse_integer(setting.value).value_or(0);
    if (setting.name == "bind_address") default_.address = setting.value;
    keep(directive, default_.settings, std::move(setting));
  }

  void keep_security(const Directive& directive, Setting setting) {
    seen_security_ = true;
    if (setting.name == "plugin" || setting.name == "auth_plugin") model_.plugins = true;
    if (!model_.per_listener) return keep(directive, model_.broker, std::move(setting));
    if (listener_) return keep(directive, model_.listeners[*listener_].settings, std::move(setting));
    if (has_default_) return keep(directive, default_.settings, std::move(setting));
    complain(
        setting.place, "e_setting_lost",
        setting.name + " stands outside of any listener, and per_listener_settings is true: it holds for none of them");
  }

  void keep_global(const Directive& directive, Setting setting) {
    if (setting.name == "global_plugin" || setting.name == "plugin_load") model_.plugins = true;
    if (setting.name == "per_listener_settings" && setting.is_true()) {
      if (seen_security_)
        complain(setting.place, "e_per_listener_late", "per_listener_settings stands below a security setting");
      model_.per_listener = true;
    }
    keep(directive, model_.broker, std::move(setting));
  }

  void keep(const Directive& directive, Settings& into, Setting setting) {
    if (const auto* before = into.find(setting.name); before != nullptr && directive.once && version_ != Version::v2_1)
      complain(setting.place, "e_twice",
               setting.name + " is set a second time, first in " + before->place.file + ":" +
                   std::to_string(before->place.line));
    into.all.push_back(std::move(setting));
  }

  const IncludedFiles& included_;
  Version version_;
  Model model_;
  std::optional<std::size_t> listener_, bridge_;  // nothing for listener_: the default one
  Listener default_{.place = {}, .by_accident = true, .settings = {}};
  bool has_default_ = false;
  bool seen_security_ = false;
};

}  // namespace

const Setting* Settings::find(std::string_view name) const {
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Setting& one) { return one.name == name; });
  return found == all.rend() ? nullptr : &*found;
}

std::string Settings::value(std::string_view name) const {
  const auto* setting = find(name);
  return setting == nullptr ? std::string() : setting->value;
}

bool Settings::is_true(std::string_view name) const {
  const auto* setting = find(name);
  return setting != nullptr && setting->is_true();
}

bool Listener::on_loopback() const {
  return port == 0 || address == "localhost" || address == "::1" || address.starts_with("127.");
}

const Setting* Model::security(const Listener& listener, std::string_view name) const {
  if (const auto* own = listener.settings.find("listener_" + std::string(name))) return own;
  if (name == "acl_file")
    if (const auto* plugin = (per_listener ? listener.settings : broker).find("plugin_opt_acl_file")) return plugin;
  return (per_listener ? listener.settings : broker).find(name);
}

Model read_model(const NamedText& main, const IncludedFiles& included, Version version) {
  Reader reader(included, version);
  reader.read(main, true);
  return std::move(reader).finish();
}

}  // namespace epki::broker
