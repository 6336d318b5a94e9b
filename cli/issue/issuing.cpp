#include "cli/issue/issuing.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <optional>

#include "cli/issue/finished.hpp"
#include "cli/issue/unfinished.hpp"
#include "core/text.hpp"
#include "ledger/batches.hpp"
#include "ledger/certificates.hpp"

namespace epki::cli {

namespace {

constexpr std::size_t shown_at_most = 20;

using Devices = std::vector<ca::Device>;

class IssuingRun {
 public:
  IssuingRun(const Issuing& issuing, NameList& list, Output& output, ledger::Ledger& ledger, bool keep_all,
             Context& context)
      : issuing_(issuing), list_(list), output_(output), ledger_(ledger), keep_all_(keep_all), context_(context) {}

  Status prepare(const config::Project& project);
  IssuedReport go();

 private:
  Status work();
  Status take_up(std::size_t recorded);
  Status supersede_lost(std::vector<ListedName> lost);
  Status want(std::size_t most);
  Status add(Devices& group, Devices part);
  Status record(const Devices& group);
  Status deliver(Devices& group);
  void tell_progress();

  const Issuing& issuing_;
  NameList& list_;
  Output& output_;
  ledger::Ledger& ledger_;
  bool keep_all_;
  Context& context_;
  std::optional<Unfinished> note_{};
  std::optional<ledger::CertificateWriter> writer_{};
  std::size_t group_ = 0;
  std::size_t wanted_ = 0;  ///< of the list
  std::size_t recorded_ = 0;
  IssuedReport report_{};
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::future<void> writing_back_{};  ///< of the ledger, once the last group is recorded; last: it uses the others
};

Status IssuingRun::prepare(const config::Project& project) {
  auto note = Unfinished::open(project.state_folder(), {.kind = issuing_.kind,
                                                        .out = issuing_.out,
                                                        .bundle = issuing_.bundle,
                                                        .list_sha256 = list_.sha256(),
                                                        .group = issuing_.group});
  if (!note) return std::move(note).error();
  note_.emplace(*std::move(note));
  group_ = note_->group();
  if (!note_->found()) {
    // The note comes before the first byte of output: what is there without one is never ours to touch.
    if (auto claimed = output_.claim(list_, context_.cancel); !claimed)
      return finished_or(std::move(claimed).error(), issuing_, list_, output_, ledger_, context_.cancel);
    std::array<std::byte, 8> id{};
    context_.random.fill(id);
    // Made while note and ledger are synced: nothing of it leaves the process before it is recorded.
    auto begun = want(group_);
    if (begun) begun = note_->begin(to_hex(id));
    if (!begun) {
      output_.give_back();
      return begun;
    }
  }
  ledger::Batches batches(ledger_);
  const auto batch = batches.begin(note_->batch(), list_.sha256(), static_cast<std::int64_t>(list_.size()));
  if (!batch) return batch.error();
  auto writer = batches.writer(*batch);
  if (!writer) return std::move(writer).error();
  writer_.emplace(*std::move(writer));
  recorded_ = static_cast<std::size_t>(batch->rows_done);
  return note_->found() ? take_up(recorded_) : success();
}

// Groups are delivered before the next is recorded, so only the last recorded one can be incomplete.
Status IssuingRun::take_up(std::size_t recorded) {
  const std::size_t before = recorded == 0 ? 0 : (recorded - 1) / group_ * group_;
  if (auto skipped = list_.skip(before); !skipped) return skipped;
  auto last = list_.next(recorded - before);
  if (!last) return std::move(last).error();
  wanted_ = recorded;
  const auto delivered = output_.take_up(*last, before, recorded == list_.size());
  if (!delivered) return delivered.error();
  std::vector<ListedName> lost;
  for (std::size_t i = 0; i < last->size(); ++i)
    if (!(*delivered)[i]) lost.push_back((*last)[i]);
  report_.resumed = recorded - lost.size();
  context_.reporter.step("going on with a batch that was cut: " + std::to_string(report_.resumed) + " of " +
                         std::to_string(list_.size()) + " are there");
  return lost.empty() ? success() : supersede_lost(std::move(lost));
}

// Their certificates are recorded and their keys are gone with the process that made them.
Status IssuingRun::supersede_lost(std::vector<ListedName> lost) {
  if (auto begun = issuing_.maker.want(lost); !begun) return begun;
  auto group = issuing_.maker.take(lost.size());
  if (!group) return std::move(group).error();
  ledger::Certificates certificates(ledger_);
  std::vector<ledger::Certificates::Renewal> renewals;
  for (std::size_t i = 0; i < lost.size(); ++i) {
    const auto old = certificates.list({.name = lost[i].name, .batch = note_->batch()});
    if (!old) return old.error();
    if (old->empty())
      return Error{Errc::ledger, "the ledger does not hold the certificate of " + lost[i].name,
                   "ec200u-pki ledger check tells whether it was changed"};
    const auto& lost_one = old->back().certificate;
    auto& row = (*group)[i].row;
    row.batch = note_->batch();
    renewals.push_back({{lost_one.issuer, lost_one.serial}, row});
  }
  if (auto recorded = certificates.record_renewal(renewals, std::nullopt); !recorded) return recorded;
  return deliver(*group);
}

// Until so many of the list are wanted.
Status IssuingRun::want(std::size_t most) {
  while (wanted_ < std::min(most, list_.size())) {
    const auto names = list_.next(group_);
    if (!names) return names.error();
    if (auto wanted = issuing_.maker.want(*names); !wanted) return wanted;
    wanted_ += names->size();
  }
  return success();
}

Status IssuingRun::add(Devices& group, Devices part) {
  for (auto& device : part) {
    if (auto added = writer_->add(device.row); !added) return added;
    group.push_back(std::move(device));
  }
  return success();
}

Status IssuingRun::record(const Devices& group) {
  recorded_ += group.size();
  return writer_->commit(static_cast<std::int64_t>(recorded_));
}

Status IssuingRun::deliver(Devices& group) {
  std::vector<Delivery> deliveries;
  deliveries.reserve(group.size());
  for (const auto& device : group)
    deliveries.push_back({device.row.name, device.row.pem, issuing_.chain_pem, device.key.view()});
  if (auto delivered = output_.deliver(deliveries); !delivered) return delivered;
  report_.count += group.size();
  for (auto& device : group) {
    if (!keep_all_ && report_.shown.size() >= shown_at_most) break;
    report_.shown.push_back(std::move(device.row));
  }
  tell_progress();
  return success();
}

void IssuingRun::tell_progress() {
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  const auto done = report_.resumed + report_.count;
  const double rate = seconds > 0 ? static_cast<double>(report_.count) / seconds : 0;
  std::string what = issuing_.noun + ", " + std::to_string(static_cast<std::int64_t>(rate)) + "/s";
  if (rate > 0)
    what +=
        ", " + std::to_string(static_cast<std::int64_t>(static_cast<double>(list_.size() - done) / rate)) + " s left";
  context_.reporter.progress(what, done, list_.size());
}

// The next group is being made while this one is recorded and delivered.
Status IssuingRun::work() {
  Devices group;
  while (recorded_ < list_.size()) {
    const std::size_t size = std::min(group_, list_.size() - recorded_);
    const bool last = recorded_ + size == list_.size();
    if (auto begun = want(recorded_ + 2 * group_); !begun) return begun;
    // The last two groups are added in parts, as they are made, so that little is left to add when the last one is.
    // Earlier groups are not: in a long list the ledger's lock would be held nearly all the time, and others wait for
    // it.
    const bool in_parts = recorded_ + 2 * group_ >= list_.size();
    auto part = issuing_.maker.take(in_parts ? std::min(size - group.size(), issuing_.part) : size);
    if (!part) return std::move(part).error();
    if (context_.cancel.requested()) return interrupted();
    if (auto added = add(group, *std::move(part)); !added) return added;
    if (group.size() < size) continue;
    if (auto recorded = record(group); !recorded) return recorded;
    // Output and ledger are synced side by side: on a disk that takes milliseconds for a sync, that is what small lists
    // wait for.
    if (last) writing_back_ = std::async(std::launch::async, [this] { writer_->write_back(); });
    if (auto delivered = deliver(group); !delivered) return delivered;
    group.clear();
  }
  return success();
}

IssuedReport IssuingRun::go() {
  auto done = work();
  if (done) done = output_.finish();
  // Before the note goes: from then on this command would find its own output in its way.
  if (writing_back_.valid()) writing_back_.wait();
  if (done) done = note_->remove();
  context_.reporter.progress("", 0, 0);
  if (!done) {
    report_.failed = std::move(done).error();
    if (report_.failed->code == Errc::interrupted)
      report_.failed->hint = "run the same command again: it goes on behind the first " +
                             std::to_string(report_.resumed + report_.count) + " of " + std::to_string(list_.size());
  }
  return std::move(report_);
}

}  // namespace

Result<IssuedReport> run_issuing(const Issuing& issuing, NameList& list, Output& output, ledger::Ledger& ledger,
                                 const config::Project& project, bool keep_all, Context& context) {
  IssuingRun run(issuing, list, output, ledger, keep_all, context);
  if (auto prepared = run.prepare(project); !prepared) return std::move(prepared).error();
  return run.go();
}

}  // namespace epki::cli
