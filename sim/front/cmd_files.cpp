// Whole files: QFUPL, QFDWL, QFLST, QFLDS, QFDEL (AT reference, 3).

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "core/text.hpp"
#include "sim/front/modem.hpp"
#include "sim/front/upload.hpp"

namespace epki::sim {
namespace cmd_files {

std::string receipt(Modem& modem, std::string_view command, std::string_view content) {
  std::array<char, 8> sum{};
  std::snprintf(sum.data(), sum.size(), modem.persona().quirks.unpadded_checksum ? "%x" : "%04x",
                static_cast<unsigned>(file_checksum(content)));
  return std::string(command) + ": " + std::to_string(content.size()) + "," + sum.data() + "\r\n";
}

/// One AT+QFUPL under way.
struct Transfer {
  Modem& modem;
  std::string name;
  Upload upload;
  std::chrono::seconds patience;
  Timeline::Id timer = 0;
  std::size_t total = 0;
};
using Shared = std::shared_ptr<Transfer>;

/// What the modem says it stored need not be what it stored (faults).
Answer keep(Transfer& transfer) {
  auto& modem = transfer.modem;
  const auto& faults = modem.persona().faults;
  if (faults.lose_upload > 0 && modem.uploads == faults.lose_upload) {
    modem.log("the upload is acknowledged and not stored (fault)");
    return Answer::ok();
  }
  auto content = transfer.upload.content();
  if (faults.alter_upload > 0 && modem.uploads == faults.alter_upload && !content.empty()) {
    modem.log("the upload is stored with one bit wrong (fault)");
    auto& byte = content[content.size() / 2];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ 1U);
  }
  auto stored = modem.files().put(transfer.name, std::move(content));
  if (stored) return Answer::ok();
  transfer.modem.log(stored.error().what);
  return Answer::cme(cme::file_write);
}

void complete(const Shared& transfer, Moment now) {
  auto& modem = transfer->modem;
  modem.timeline().cancel(transfer->timer);
  modem.terminal.end_data();
  ++modem.uploads;
  const auto stored = keep(*transfer);
  modem.log("upload of " + counted(transfer->upload.content().size(), "byte") + " complete");
  if (modem.uploads == modem.persona().faults.lose_upload_completion) {
    modem.log("its result is lost (fault)");
    modem.terminal.finish_silently(now);
    return;
  }
  if (stored.kind == Answer::Kind::ok) modem.terminal.raw(receipt(modem, "+QFUPL", transfer->upload.content()), now);
  modem.terminal.finish(stored, now);
}

/// Too few bytes came: the result line, then the error; the partial file stays (AT reference, 3).
void run_out(const Shared& transfer, Moment now) {
  auto& modem = transfer->modem;
  modem.terminal.end_data();
  ++modem.uploads;
  if (modem.persona().quirks.upload_keeps_partial) static_cast<void>(keep(*transfer));
  modem.terminal.raw(receipt(modem, "+QFUPL", transfer->upload.content()), now);
  modem.terminal.finish(Answer::cme(cme::file_timeout), now);
}

void wait_again(const Shared& transfer, Moment now) {
  auto& timeline = transfer->modem.timeline();
  timeline.cancel(transfer->timer);
  transfer->timer = timeline.at(now + transfer->patience, [transfer](Moment at) { run_out(transfer, at); });
}

/// Trouble at one byte of an upload: where, and what.
struct Cut {
  std::size_t at = 0;
  enum class What : std::uint8_t { gone, restart, power } what = What::gone;
};

/// The first of the persona's cuts that lies in the next `count` bytes. A restart or power cut happens once.
std::optional<Cut> next_cut(Modem& modem, std::size_t had, std::size_t count) {
  const auto& faults = modem.persona().faults;
  std::optional<Cut> found;
  const auto consider = [&](std::int64_t at, Cut::What what) {
    const auto place = static_cast<std::size_t>(at);
    if (at <= 0 || had >= place || had + count < place || (found && found->at <= place)) return;
    if (what == Cut::What::gone || !modem.upload_was_cut) found = Cut{place, what};
  };
  consider(faults.gone_at_upload_byte, Cut::What::gone);
  consider(faults.reboot_at_upload_byte, Cut::What::restart);
  consider(faults.power_cut_at_upload_byte, Cut::What::power);
  return found;
}

/// The part stays, unless a write cache loses it.
void cut(const Shared& transfer, Cut::What what, Moment now) {
  auto& modem = transfer->modem;
  modem.upload_was_cut = true;
  modem.timeline().cancel(transfer->timer);
  static_cast<void>(keep(*transfer));
  modem.terminal.end_data();
  switch (what) {
    case Cut::What::gone:
      modem.log("the port vanishes (fault)");
      modem.vanish();
      break;
    case Cut::What::restart: modem.reboot(now); break;
    case Cut::What::power: modem.power_cut(now); break;
  }
}

std::size_t take(const Shared& transfer, std::string_view bytes, Moment now) {
  auto& modem = transfer->modem;
  const auto trouble = next_cut(modem, transfer->upload.content().size(), bytes.size());
  if (trouble) bytes = bytes.substr(0, trouble->at - transfer->upload.content().size());
  const auto step = transfer->upload.feed(bytes);
  if (trouble && transfer->upload.content().size() >= trouble->at) {
    cut(transfer, trouble->what, now);
    return step.taken;
  }
  modem.terminal.raw(std::string(step.acks, 'A'), now);
  if (step.done)
    complete(transfer, now);
  else
    wait_again(transfer, now);
  return step.taken;
}

Answer upload(Modem& modem, const Args& args, Moment now) {
  const auto given = args.text(0);
  if (!given || !args.between(1, 4)) return Answer::cme(cme::file_input);
  const auto name = file_name(*given);
  if (!name) return Answer::cme(cme::file_name);
  const auto size = args.number_or(1, 10240, 0, 0x7fffffff), patience = args.number_or(2, 5, 1, 65535),
             acknowledge = args.number_or(3, 0, 0, 1);
  if (!size || !patience || !acknowledge) return Answer::cme(cme::file_input);
  if (*size == 0) return Answer::cme(cme::file_zero);
  if (modem.files().find(*name) != nullptr) return Answer::cme(cme::file_exists);
  if (*size > modem.files().free()) return Answer::cme(cme::file_full);
  const auto transfer = std::make_shared<Transfer>(Transfer{
      modem, *name, Upload(static_cast<std::size_t>(*size), *acknowledge == 1), std::chrono::seconds(*patience)});
  modem.terminal.raw("\r\nCONNECT\r\n", now);
  modem.terminal.begin_data([transfer](std::string_view bytes, Moment at) { return take(transfer, bytes, at); });
  wait_again(transfer, now);
  return Answer::later();
}

Answer download(Modem& modem, const Args& args, Moment now) {
  const auto given = args.text(0);
  if (!given || args.size() != 1) return Answer::cme(cme::file_input);
  const auto name = file_name(*given);
  if (!name) return Answer::cme(cme::file_name);
  const auto* content = modem.files().find(*name);
  if (content == nullptr) return Answer::cme(cme::file_missing);
  modem.terminal.raw("\r\nCONNECT\r\n" + *content + receipt(modem, "+QFDWL", *content), now);
  return Answer::ok();
}

/// `*` at the end of a pattern stands for anything.
bool fits(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::vector<std::string> listing(Modem& modem, std::string_view pattern) {
  const std::string_view prefix = modem.persona().quirks.bare_file_names ? "" : "UFS:";
  std::vector<std::string> lines;
  for (const auto& [name, content] : modem.files().all())
    if (fits(pattern, name))
      lines.push_back("+QFLST: " + in_quotes(std::string(prefix) + name) + "," + std::to_string(content.size()));
  return lines;
}

Answer list_all(Modem& modem, const Args&, Moment) {
  return Answer::ok(listing(modem, "*"));
}

Answer list(Modem& modem, const Args& args, Moment) {
  const auto pattern = args.text(0);
  if (!pattern || args.size() != 1) return Answer::cme(cme::file_input);
  if (*pattern == "*" || equal_ignoring_case(*pattern, "UFS") || equal_ignoring_case(*pattern, "UFS:*"))
    return Answer::ok(listing(modem, "*"));
  const auto name = file_name(*pattern);
  if (!name) return Answer::cme(cme::file_name);
  auto lines = listing(modem, *name);
  if (lines.empty()) return Answer::cme(cme::file_missing);
  return Answer::ok(std::move(lines));
}

Answer space(Modem& modem, const Args& args, Moment) {
  const auto storage = args.text(0);
  if (!storage || args.size() != 1 || !equal_ignoring_case(*storage, "UFS")) return Answer::cme(cme::file_input);
  return Answer::ok("+QFLDS: " + std::to_string(modem.files().free()) + "," + std::to_string(modem.files().capacity()));
}

Answer erase(Modem& modem, const Args& args, Moment) {
  const auto given = args.text(0);
  if (!given || args.size() != 1) return Answer::cme(cme::file_input);
  std::vector<std::string> doomed;
  if (*given == "*" || equal_ignoring_case(*given, "UFS:*")) {
    // As the real one: everything, the preset files too. A host must never send it.
    for (const auto& [name, content] : modem.files().all()) doomed.push_back(name);
  } else {
    const auto name = file_name(*given);
    if (!name) return Answer::cme(cme::file_name);
    if (modem.files().find(*name) == nullptr) return Answer::cme(cme::file_missing);
    doomed.push_back(*name);
  }
  for (const auto& name : doomed) {
    const auto& open = modem.state.open_files;
    const bool busy = std::any_of(open.begin(), open.end(), [&](const auto& o) { return o.second.name == name; });
    if (busy || !modem.files().remove(name)) return Answer::cme(cme::file_delete);
  }
  return Answer::ok();
}

Answer upload_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QFUPL: <filename>[,(1-<freesize>)[,(1-65535)[,(0,1)]]]");
}
Answer download_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QFDWL: <filename>");
}

constexpr Entry table[] = {
    {.name = "+QFUPL", .test = upload_test, .set = upload, .alone = true},
    {.name = "+QFDWL", .test = download_test, .set = download, .alone = true},
    {.name = "+QFLST", .exec = list_all, .test = just_ok, .set = list},
    {.name = "+QFLDS", .test = just_ok, .set = space},
    {.name = "+QFDEL", .test = just_ok, .set = erase},
};

}  // namespace cmd_files

std::span<const Entry> file_commands() {
  return cmd_files::table;
}

}  // namespace epki::sim
