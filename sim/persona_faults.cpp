#include "sim/persona_faults.hpp"

#include <utility>

namespace epki::sim {
namespace {

constexpr std::int64_t many = 1'000'000'000;

constexpr std::pair<std::string_view, Mishap> mishaps[] = {
    {"unheard", Mishap::unheard},     {"muted", Mishap::muted},         {"late", Mishap::late},
    {"overtaken", Mishap::overtaken}, {"refused", Mishap::refused},     {"unapplied", Mishap::unapplied},
    {"restart", Mishap::restart},     {"power-cut", Mishap::power_cut}, {"drop", Mishap::drop},
    {"flip", Mishap::flip},           {"twice", Mishap::twice},         {"stray-line", Mishap::stray_line}};

void read_milliseconds(TomlReader& table, std::string_view key, std::chrono::milliseconds& into) {
  std::int64_t count = into.count();
  table.integer(key, count, 0, 600'000);
  into = std::chrono::milliseconds(count);
}

void read_bytes(TomlReader table, ByteFaults& into) {
  table.integers("drop", into.drop);
  table.integers("flip", into.flip);
  table.integers("twice", into.twice);
}

void read_random(TomlReader table, Faults& into) {
  table.integer("per_thousand", into.random_per_thousand, 0, 1000);
  table.integer("most", into.random_most, 0, many);
  std::vector<std::string> words;
  table.texts("mishaps", words);
  for (const auto& word : words) {
    bool known = false;
    for (const auto& [name, mishap] : mishaps) {
      if (name != word) continue;
      into.random.push_back(mishap);
      known = true;
    }
    if (known) continue;
    std::string list;
    for (const auto& [name, mishap] : mishaps) list += (list.empty() ? "" : ", ") + std::string(name);
    table.complain("mishaps", "\"" + word + "\" is no mishap", "use " + list);
  }
}

}  // namespace

void read_quirks(TomlReader table, Quirks& into) {
  table.boolean("bare_file_names", into.bare_file_names);
  table.boolean("unpadded_checksum", into.unpadded_checksum);
  table.boolean("cme_text", into.cme_text);
  table.boolean("upload_keeps_partial", into.upload_keeps_partial);
  table.texts("absent_ssl_keys", into.absent_ssl_keys);
  table.integer("tls_failure_result", into.tls_failure_result, -1, 5);
  table.integer("tcp_failure_result", into.tcp_failure_result, -1, 5);
  table.integer("local_failure_result", into.local_failure_result, -1, 5);
  table.boolean("plain_mqtt_blocks_tls", into.plain_mqtt_blocks_tls);
  table.boolean("context_active_at_boot", into.context_active_at_boot);
  constexpr std::pair<std::string_view, std::string_view> ports[] = {
      {"usbat", "usbat"}, {"usbmodem", "usbmodem"}, {"uart1", "uart1"}, {"all", "all"}};
  std::string_view port = "usbat";
  if (table.word<std::string_view>("urc_port", port, ports)) into.urc_port = port;
  table.boolean("write_cache", into.write_cache);
  table.boolean("usb", into.usb);
  table.boolean("mqtt_id_leak", into.mqtt_id_leak);
  read_milliseconds(table, "answers_before_rdy_ms", into.answers_before_ready);
  table.boolean("settings_before_rdy_ignored", into.early_settings_ignored);
  table.texts("ignored_settings", into.ignored_settings);
  table.texts("hollow_settings", into.hollow_settings);
}

void read_faults(TomlReader table, Faults& into) {
  table.integer("seed", into.seed, 0, many);
  table.integer("silent_after_commands", into.silent_after_commands, 0, many);
  table.integer("reboot_at_command", into.reboot_at_command, 0, many);
  table.integer("power_cut_at_command", into.power_cut_at_command, 0, many);
  table.integer("hang_at_command", into.hang_at_command, 0, many);
  read_milliseconds(table, "watchdog_ms", into.watchdog);
  table.integer("late_at_command", into.late_at_command, 0, many);
  table.integer("mute_at_command", into.mute_at_command, 0, many);
  table.integer("refuse_at_command", into.refuse_at_command, 0, many);
  read_milliseconds(table, "late_ms", into.late);
  table.boolean("late_is_overtaken", into.late_is_overtaken);
  table.integer("lose_upload_completion", into.lose_upload_completion, 0, many);
  table.integer("lose_upload", into.lose_upload, 0, many);
  table.integer("alter_upload", into.alter_upload, 0, many);
  table.integer("cache_lost_at_restarts", into.cache_lost_at_restarts, 0, many);
  table.integer("gone_at_upload_byte", into.gone_at_upload_byte, 0, many);
  table.integer("reboot_at_upload_byte", into.reboot_at_upload_byte, 0, many);
  table.integer("power_cut_at_upload_byte", into.power_cut_at_upload_byte, 0, many);
  table.integer("storage_bytes", into.storage_bytes, 0, many);
  table.integer("dns_fails", into.dns_fails, 0, many);
  table.integer("tcp_resets", into.tcp_resets, 0, many);
  table.integer("open_limit", into.open_limit, 0, many);
  table.integer("mqtt_open_limit", into.mqtt_open_limit, 0, many);
  table.integer("opens_fail_per_thousand", into.opens_fail_per_thousand, 0, 1000);
  table.integer("dns_fails_per_thousand", into.dns_fails_per_thousand, 0, 1000);
  table.integer("resets_per_thousand", into.resets_per_thousand, 0, 1000);
  table.integer("urcs_lost_per_thousand", into.urcs_lost_per_thousand, 0, 1000);
  table.texts("urcs_in_replies", into.urcs_in_replies);
  read_bytes(table.table("from_host"), into.from_host);
  read_bytes(table.table("to_host"), into.to_host);
  read_random(table.table("random"), into);
}

}  // namespace epki::sim
