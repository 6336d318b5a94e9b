#include <algorithm>
#include <array>
#include <cstdio>

#include "core/text.hpp"
#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/ec200u/names.hpp"
#include "provision/ec200u/replies.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::ec200u {

namespace {

Status check_name(std::string_view name) {
  if (is_safe_name(name)) return success();
  return Error{Errc::usage, "\"" + visible(name) + "\" is no name for a file on the modem",
               "at most 80 printable characters, no space, quote, comma or wildcard"};
}

std::string hex4(std::uint16_t value) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04x", static_cast<unsigned>(value));
  return text.data();
}

bool means_absent(const at::Reply& reply) {
  const auto code = file_error_code(reply);
  return code && (*code == 404 || *code == 405);
}

// Two commands without which nothing can be said of what the modem holds. What is in the file is not the question then.
std::string lacking(std::string_view command, std::string_view use) {
  return "the modem refuses AT+" + std::string(command) + ", without which " + std::string(use) +
         ": restart it and run the same command again; if it refuses again, its firmware lacks the command and must be "
         "updated";
}

Error not_listed(const at::Reply& reply) {
  return refused("listing the modem's files", reply, lacking("QFLST", "nobody can tell what it holds"));
}

// File errors begin at 400 (tables.cpp); a code below is about the command, and a bare ERROR tells nothing.
bool names_no_file(const at::Reply& reply) {
  const auto code = file_error_code(reply);
  return !code || *code < 400;
}

Result<std::vector<FileEntry>> entries(const at::Reply& reply) {
  std::vector<FileEntry> found;
  for (const auto& line : reply.lines) {
    if (!line.starts_with("+QFLST:")) continue;
    auto entry = parse_file_entry(line);
    if (!entry) return std::move(entry).error();
    found.push_back(std::move(*entry));
  }
  return found;
}

Result<UploadReceipt> receipt_in(const at::Reply& reply, std::string_view tag) {
  for (const auto& line : reply.lines)
    if (line.starts_with(tag)) return parse_receipt(line, tag);
  return Error{Errc::modem_refused, "the modem ended a transfer without stating its size and checksum",
               "run the same command again: it looks at the file first"};
}

Status compare(std::string_view doing, const UploadReceipt& stated, std::string_view bytes) {
  const auto checksum = upload_checksum(bytes);
  if (stated.size == bytes.size() && stated.checksum == checksum) return success();
  return Error{Errc::modem_refused,
               std::string(doing) + ": the modem states " + std::to_string(stated.size) + " bytes, checksum " +
                   hex4(stated.checksum) + ", instead of " + std::to_string(bytes.size()) + " bytes, checksum " +
                   hex4(checksum),
               "bytes were lost on the line: check the cable, or use a lower --baud"};
}

}  // namespace

Result<std::vector<FileEntry>> Modem::files() {
  auto reply = ask(engine_, "AT+QFLST", time_limit::file, "+QFLST:");
  if (!reply) return std::move(reply).error();
  if (reply->ok()) return entries(*reply);
  if (means_absent(*reply)) return std::vector<FileEntry>{};
  if (reply->final == at::Final::error) {
    // A bare ERROR says "no files" on firmware without numbers. The store itself tells whether it works.
    if (auto works = space(); works) return std::vector<FileEntry>{};
  }
  return not_listed(*reply);
}

Status Modem::lists_files() {
  auto reply = ask(engine_, "AT+QFLST", time_limit::file, "+QFLST:");
  if (!reply) return std::move(reply).error();
  if (reply->ok() || means_absent(*reply)) return success();
  return not_listed(*reply);
}

Result<std::optional<FileEntry>> Modem::file(std::string_view name) {
  if (auto fit = check_name(name); !fit) return std::move(fit).error();
  const auto wanted = without_storage(name);
  const auto pick = [&](const std::vector<FileEntry>& all) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const FileEntry& f) { return f.name == wanted; });
    return found == all.end() ? std::optional<FileEntry>{} : std::optional<FileEntry>(*found);
  };
  auto reply = ask(engine_, "AT+QFLST=\"" + wire_name(name) + "\"", time_limit::file, "+QFLST:");
  if (!reply) return std::move(reply).error();
  if (means_absent(*reply)) return std::optional<FileEntry>{};
  if (reply->ok()) {
    auto listed = entries(*reply);
    if (!listed) return std::move(listed).error();
    return pick(*listed);
  }
  // Whatever this refusal means, the whole list answers the question.
  auto all = files();
  if (!all) return std::move(all).error();
  return pick(*all);
}

Result<Space> Modem::space() {
  auto reply = demand(engine_, "AT+QFLDS=\"UFS\"", time_limit::file, "reading the free space", "+QFLDS:");
  if (!reply) return std::move(reply).error();
  for (const auto& line : reply->lines)
    if (auto space = parse_space(line)) return space;
  return not_understood("reading the free space", reply->lines.empty() ? std::string("OK") : reply->lines.front());
}

Result<UploadReceipt> Modem::upload(std::string_view name, std::string_view bytes,
                                    const std::function<void(std::size_t)>& progress) {
  if (auto fit = check_name(name); !fit) return std::move(fit).error();
  if (bytes.empty()) return Error{Errc::usage, std::string(name) + " is empty; the modem takes no empty file", {}};
  const auto span = time_limit::transfer(bytes.size());
  const auto seconds = std::min<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(span).count(), 65535);
  const std::string line =
      "AT+QFUPL=\"" + wire_name(name) + "\"," + std::to_string(bytes.size()) + "," + std::to_string(seconds) + ",1";
  auto reply = engine_.upload(line, bytes, true, limit(engine_, span + time_limit::file), progress);
  const std::string doing = "uploading " + std::string(name);
  if (!reply) return std::move(reply).error().during(doing);
  if (!reply->ok()) {
    if (file_error_code(*reply) == 407)
      return refused(doing, *reply, "a file of that name is there already: compare or delete it first");
    return refused(doing, *reply, "run the same command again: it starts this file anew");
  }
  auto receipt = receipt_in(*reply, "+QFUPL:");
  if (!receipt) return std::move(receipt).error().during(doing);
  if (auto same = compare(doing, *receipt, bytes); !same) return std::move(same).error();
  return receipt;
}

Result<std::string> Modem::download_once(std::string_view name, std::size_t size, bool& refused_command) {
  refused_command = false;
  if (auto fit = check_name(name); !fit) return std::move(fit).error();
  const std::string doing = "reading back " + std::string(name);
  auto got = engine_.download("AT+QFDWL=\"" + wire_name(name) + "\"", size,
                              limit(engine_, time_limit::transfer(size) + time_limit::file));
  if (!got) return std::move(got).error().during(doing);
  if (!got->reply.ok()) {
    if (!names_no_file(got->reply))
      return refused(doing, got->reply, "run the same command again: it looks at the file first");
    refused_command = true;
    return refused(doing, got->reply, lacking("QFDWL", "what it stored cannot be compared with what was sent"));
  }
  auto stated = receipt_in(got->reply, "+QFDWL:");
  if (!stated) return std::move(stated).error().during(doing);
  if (auto same = compare(doing, *stated, got->data); !same) return std::move(same).error();
  if (got->data.size() != size)
    return Error{Errc::modem_refused,
                 doing + ": " + std::to_string(got->data.size()) + " bytes came, the list says " + std::to_string(size),
                 "list the files again"};
  return std::move(got->data);
}

Result<std::string> Modem::download(std::string_view name, std::size_t size) {
  bool refused = false;
  return download_once(name, size, refused);
}

Result<std::string> Modem::download_again(std::string_view name, std::size_t size, bool& refused) {
  auto content = download_once(name, size, refused);
  if (content || !(refused || content.error().code == Errc::modem_gone)) return content;
  return download_once(name, size, refused);
}

Status Modem::remove(std::string_view name) {
  if (auto fit = check_name(name); !fit) return fit;
  auto reply = ask(engine_, "AT+QFDEL=\"" + wire_name(name) + "\"", time_limit::file);
  if (!reply) return std::move(reply).error();
  // What is not there need not be deleted: a run that was cut repeats itself this way.
  if (reply->ok() || means_absent(*reply)) return success();
  return refused("deleting " + std::string(name), *reply, "restart the modem and run the same command again");
}

}  // namespace epki::ec200u
