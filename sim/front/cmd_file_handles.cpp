// Files through handles: QFOPEN, QFREAD, QFWRITE, QFSEEK, QFPOSITION, QFCLOSE (AT reference, 3).

#include <algorithm>

#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_file_handles {

constexpr std::size_t most_open = 10;
constexpr std::int64_t read_only = 2;

Answer open(Modem& modem, const Args& args, Moment) {
  const auto given = args.text(0);
  const auto mode = args.number_or(1, 0, 0, 2);
  if (!given || !mode || !args.between(1, 2)) return Answer::cme(cme::file_input);
  const auto name = file_name(*given);
  if (!name) return Answer::cme(cme::file_name);
  auto& open_files = modem.state.open_files;
  for (const auto& [handle, file] : open_files)
    if (file.name == *name) return Answer::cme(cme::file_open);
  if (open_files.size() >= most_open) return Answer::cme(cme::file_too_many);
  const bool exists = modem.files().find(*name) != nullptr;
  if (*mode == read_only && !exists) return Answer::cme(cme::file_missing);
  if ((*mode == 1 || !exists) && !modem.files().put(*name, "")) return Answer::cme(cme::file_write);
  int handle = 1;
  while (open_files.contains(handle)) ++handle;
  open_files[handle] = {*name, *mode, 0};
  return Answer::ok("+QFOPEN: " + std::to_string(handle));
}

Answer opened(Modem& modem, const Args&, Moment) {
  std::vector<std::string> lines;
  for (const auto& [handle, file] : modem.state.open_files)
    lines.push_back("+QFOPEN: " + in_quotes(file.name) + "," + std::to_string(handle) + "," +
                    std::to_string(file.mode));
  return Answer::ok(std::move(lines));
}

OpenFile* by_handle(Modem& modem, const Args& args) {
  const auto handle = args.number(0, 1, 1000);
  if (!handle) return nullptr;
  const auto found = modem.state.open_files.find(static_cast<int>(*handle));
  return found == modem.state.open_files.end() ? nullptr : &found->second;
}

const std::string& content_of(Modem& modem, const OpenFile& file) {
  static const std::string nothing;
  const auto* content = modem.files().find(file.name);
  return content == nullptr ? nothing : *content;
}

Answer read(Modem& modem, const Args& args, Moment) {
  auto* file = by_handle(modem, args);
  const auto most = args.number_or(1, 0x7fffffff, 1, 0x7fffffff);
  if (!most || !args.between(1, 2)) return Answer::cme(cme::file_input);
  if (file == nullptr) return Answer::cme(cme::file_descriptor);
  const auto& content = content_of(modem, *file);
  const auto from = std::min(file->position, content.size());
  const auto part = content.substr(from, static_cast<std::size_t>(*most));
  file->position = from + part.size();
  Answer answer = Answer::ok("CONNECT " + std::to_string(part.size()));
  answer.tail = part;
  return answer;
}

/// One AT+QFWRITE under way.
struct Writing {
  Modem& modem;
  int handle;
  std::size_t wanted;
  std::chrono::seconds patience;
  std::string data{};
  Timeline::Id timer = 0;
};
using Shared = std::shared_ptr<Writing>;

void written(const Shared& writing, Moment now) {
  auto& modem = writing->modem;
  modem.timeline().cancel(writing->timer);
  modem.terminal.end_data();
  auto& file = modem.state.open_files[writing->handle];
  std::string content = content_of(modem, file);
  if (content.size() < file.position) content.resize(file.position);
  const auto overlap = std::min(writing->data.size(), content.size() - file.position);
  content.replace(file.position, overlap, writing->data);
  const auto size = content.size();
  if (!modem.files().put(file.name, std::move(content))) {
    modem.terminal.finish(Answer::cme(cme::file_write), now);
    return;
  }
  file.position += writing->data.size();
  modem.terminal.raw("+QFWRITE: " + std::to_string(writing->data.size()) + "," + std::to_string(size) + "\r\n", now);
  const bool whole = writing->data.size() == writing->wanted;
  modem.terminal.finish(whole ? Answer::ok() : Answer::cme(cme::file_timeout), now);
}

void wait_again(const Shared& writing, Moment now) {
  auto& timeline = writing->modem.timeline();
  timeline.cancel(writing->timer);
  writing->timer = timeline.at(now + writing->patience, [writing](Moment at) { written(writing, at); });
}

Answer write(Modem& modem, const Args& args, Moment now) {
  const auto* file = by_handle(modem, args);
  const auto size = args.number_or(1, 10240, 1, 0x7fffffff), patience = args.number_or(2, 5, 1, 65535);
  if (!size || !patience || !args.between(1, 3)) return Answer::cme(cme::file_input);
  if (file == nullptr) return Answer::cme(cme::file_descriptor);
  if (file->mode == read_only) return Answer::cme(cme::file_read_only);
  if (*size > modem.files().free()) return Answer::cme(cme::file_full);
  const auto handle = static_cast<int>(*args.number(0, 1, 1000));
  const auto writing = std::make_shared<Writing>(
      Writing{modem, handle, static_cast<std::size_t>(*size), std::chrono::seconds(*patience)});
  modem.terminal.raw("\r\nCONNECT\r\n", now);
  modem.terminal.begin_data([writing](std::string_view bytes, Moment at) {
    const auto part = bytes.substr(0, writing->wanted - writing->data.size());
    writing->data += part;
    if (writing->data.size() == writing->wanted)
      written(writing, at);
    else
      wait_again(writing, at);
    return part.size();
  });
  wait_again(writing, now);
  return Answer::later();
}

Answer seek(Modem& modem, const Args& args, Moment) {
  auto* file = by_handle(modem, args);
  const auto offset = args.number(1, 0, 0x7fffffff), from = args.number_or(2, 0, 0, 2);
  if (!offset || !from || !args.between(2, 3)) return Answer::cme(cme::file_input);
  if (file == nullptr) return Answer::cme(cme::file_descriptor);
  const auto size = content_of(modem, *file).size();
  const auto base = *from == 0 ? 0 : *from == 1 ? file->position : size;
  const auto target = base + static_cast<std::size_t>(*offset);
  if (target > size) return Answer::cme(cme::file_input);
  file->position = target;
  return Answer::ok();
}

Answer position(Modem& modem, const Args& args, Moment) {
  const auto* file = by_handle(modem, args);
  if (args.size() != 1) return Answer::cme(cme::file_input);
  if (file == nullptr) return Answer::cme(cme::file_descriptor);
  return Answer::ok("+QFPOSITION: " + std::to_string(file->position));
}

Answer close(Modem& modem, const Args& args, Moment) {
  if (args.size() != 1) return Answer::cme(cme::file_input);
  if (by_handle(modem, args) == nullptr) return Answer::cme(cme::file_descriptor);
  modem.state.open_files.erase(static_cast<int>(*args.number(0, 1, 1000)));
  return Answer::ok();
}

constexpr Entry table[] = {
    {.name = "+QFOPEN", .read = opened, .test = just_ok, .set = open},
    {.name = "+QFREAD", .test = just_ok, .set = read},
    {.name = "+QFWRITE", .test = just_ok, .set = write, .alone = true},
    {.name = "+QFSEEK", .test = just_ok, .set = seek},
    {.name = "+QFPOSITION", .test = just_ok, .set = position},
    {.name = "+QFCLOSE", .test = just_ok, .set = close},
};

}  // namespace cmd_file_handles

std::span<const Entry> file_handle_commands() {
  return cmd_file_handles::table;
}

}  // namespace epki::sim
