#include "config/job.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "config/names.hpp"
#include "core/file.hpp"
#include "core/toml.hpp"

namespace epki::config {

namespace {

constexpr std::int64_t format_known = 1;

constexpr std::array<std::pair<std::string_view, Others>, 3> others_words{
    {{"refuse", Others::refuse}, {"warn", Others::warn}, {"allow", Others::allow}}};
constexpr std::array<std::pair<std::string_view, Connect>, 3> connect_words{
    {{"always", Connect::always}, {"sample", Connect::sample}, {"never", Connect::never}}};
constexpr std::array<std::pair<std::string_view, Reissue>, 2> reissue_words{
    {{"asked", Reissue::asked}, {"known", Reissue::known}}};
// Those that fit a board that came back (RFC 5280, 5.3.1).
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> reason_words{
    {{"superseded", "superseded"},
     {"keyCompromise", "keyCompromise"},
     {"cessationOfOperation", "cessationOfOperation"},
     {"unspecified", "unspecified"}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> name_words{
    {{"imei", "imei"}, {"serial", "serial"}, {"uuid", "uuid"}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> class_words{
    {{"uploaded", "uploaded"},
     {"union", "union"},
     {"built-in", "built-in"},
     {"built-in-when-nothing-uploaded", "built-in-when-nothing-uploaded"},
     {"unverified", "unverified"},
     {"uploaded-not-honoured", "uploaded-not-honoured"}}};

void line_of_text(TomlReader& table, std::string_view key, std::string& into) {
  if (!table.text(key, into)) return;
  if (const auto why = why_no_line(into); !why.empty()) table.complain(key, std::string(key) + " " + why);
}

void read_firmware(TomlReader table, JobFirmware& into) {
  table.texts("allow", into.allow);
  table.word<Others>("others", into.others, others_words);
  std::string_view wanted;
  if (table.word<std::string_view>("require_verdict", wanted, class_words)) into.require_verdict = wanted;
}

void read_steps(TomlReader table, const std::filesystem::path& folder, JobSteps& into) {
  table.boolean("mutual", into.mutual);
  table.word<Connect>("connect", into.connect, connect_words);
  const bool every = table.integer("sample_every", into.sample_every, 1, 1000000);
  if (every && into.connect != Connect::sample)
    table.complain("sample_every", "sample_every means nothing without connect = \"sample\"");
  table.boolean("reboot_check", into.reboot_check);
  table.boolean("audit", into.audit);
  table.integer("audit_seconds", into.audit_seconds, 1, 3600);
  std::string password;
  line_of_text(table, "key_password_file", password);
  if (!password.empty()) into.key_password_file = (folder / password).lexically_normal();
}

void read_slots(std::vector<TomlReader> tables, std::vector<JobSlot>& into) {
  std::set<std::string> names, ports;
  for (auto& table : tables) {
    JobSlot slot;
    line_of_text(table, "name", slot.name);
    line_of_text(table, "port", slot.port);
    line_of_text(table, "power_cmd", slot.power_cmd);
    if (slot.name.empty())
      table.complain("name", "a slot needs a name", "use what stands on the fixture: name = \"A1\"");
    if (slot.port.empty())
      table.complain("port", "slot " + slot.name + " needs a port",
                     "use usb:TOPOLOGY, as in port = \"usb:1-2.3\", or a device path");
    if (!slot.name.empty() && !names.insert(slot.name).second)
      table.complain("name", "two slots are called " + slot.name);
    if (!slot.port.empty() && !slot.port.starts_with("sim") && !ports.insert(slot.port).second)
      table.complain("port", "two slots have the port " + slot.port);
    into.push_back(std::move(slot));
  }
}

void read_label(TomlReader table, JobLabel& into) {
  line_of_text(table, "template", into.template_file);
  table.text("qr", into.qr);
  table.texts("to", into.to);
  table.integer("dpi", into.dpi, 50, 1200);
}

void read_result(TomlReader table, JobResult& into) {
  line_of_text(table, "command", into.command);
  line_of_text(table, "url", into.url);
  if (!into.url.empty() && !into.url.starts_with("http://") && !into.url.starts_with("https://"))
    table.complain("url", "on_result.url is no http:// or https:// address");
  table.integer("timeout_seconds", into.timeout_seconds, 1, 600);
}

void read_acceptor(TomlReader table, JobAcceptor& into) {
  line_of_text(table, "host", into.host);
  table.integer("port", into.port, 0, 65535);
  line_of_text(table, "listen", into.listen);
  table.integer("listen_port", into.listen_port, 0, 65535);
  line_of_text(table, "certificate", into.certificate);
  line_of_text(table, "key", into.key);
  const bool any = table.has("port") || table.has("listen") || table.has("certificate") || table.has("key");
  if (into.host.empty()) {
    if (any) table.complain("host", "the acceptor needs a host: the name or address that the modems dial");
    return;
  }
  for (const char* file : {"certificate", "key"})
    if (!table.has(file))
      table.complain(file, std::string("the acceptor needs a ") + file,
                     "ec200u-pki issue server " + into.host + " makes both");
}

void read_reissue(TomlReader table, JobReissue& into) {
  table.word<Reissue>("when", into.when, reissue_words);
  std::string_view reason;
  if (table.word<std::string_view>("reason", reason, reason_words)) into.reason = reason;
}

void read_signing(TomlReader table, JobSigning& into) {
  table.integer("minutes", into.minutes, 0, 60 * 24 * 31);
  table.integer("quota", into.quota, 0, 10000000);
}

}  // namespace

Result<Job> parse_job(std::string_view text, std::string_view name, const std::filesystem::path& folder) {
  auto file = TomlReader::parse(text, name);
  if (!file) return std::move(file).error();
  Job job;
  if (auto known = file->format(format_known, "job file"); !known) return std::move(known).error();
  if (!file->has("format"))
    file->complain("format", "format is missing", "write format = 1: it says which version of these keys is meant");
  line_of_text(*file, "name", job.name);
  if (job.name.empty()) file->complain("name", "the job needs a name", "it is shown to the operator and recorded");
  std::string project = ".";
  line_of_text(*file, "project", project);
  job.project = (folder / project).lexically_normal();
  line_of_text(*file, "batch", job.batch);
  line_of_text(*file, "operator", job.operator_name);
  std::string_view from = job.name_from;
  if (file->word<std::string_view>("name_from", from, name_words)) job.name_from = from;
  file->boolean("other_batch", job.other_batch);
  file->integer("baud", job.baud, 1200, 2000000);
  read_firmware(file->table("firmware"), job.firmware);
  read_steps(file->table("steps"), folder, job.steps);
  read_slots(file->tables("slot"), job.slots);
  read_label(file->table("label"), job.label);
  read_result(file->table("on_result"), job.on_result);
  read_acceptor(file->table("acceptor"), job.acceptor);
  read_reissue(file->table("reissue"), job.reissue);
  read_signing(file->table("signing"), job.signing);
  if (auto read = file->finish(); !read) return std::move(read).error();
  return job;
}

Result<Job> load_job(const std::filesystem::path& file) {
  auto text = read_file(file, 1U << 20U);
  if (!text) return std::move(text).error();
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(file, failed);
  auto job = parse_job(*text, file.string(), absolute.parent_path());
  if (job) job->file = absolute;
  return job;
}

}  // namespace epki::config
