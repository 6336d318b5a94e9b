#include "cli/line_results.hpp"

namespace epki::cli {

namespace {

constexpr std::chrono::seconds longest_wait{300};

Json label_fields(const station::Tile& tile, const station::Outcome& outcome, const config::Job& job, Instant now) {
  return Json::object({{"imei", tile.imei},
                       {"model", tile.model},
                       {"firmware", tile.firmware},
                       {"name", outcome.name.empty() ? tile.imei : outcome.name},
                       {"serial", tile.serial},
                       {"batch", job.batch},
                       {"operator", job.operator_name},
                       {"certificate", outcome.certificate},
                       {"date", rfc3339(now).substr(0, 10)}});
}

}  // namespace

Result<std::unique_ptr<LineResults>> LineResults::open(const config::Job& job, const config::Project& project,
                                                       Context& context) {
  std::unique_ptr<LineResults> results(new LineResults(job, project, context));
  results->template_ = labels::shipped_template();
  results->template_.qr = job.label.qr;
  if (!job.label.template_file.empty()) {
    auto read = labels::read_template(job.file.parent_path() / job.label.template_file, job.label.qr);
    if (!read) return std::move(read).error();
    results->template_ = *std::move(read);
  }
  for (const auto& text : job.label.to) {
    auto destination = labels::parse_destination(text);
    if (!destination) return std::move(destination).error();
    results->destinations_.push_back(*std::move(destination));
  }
  const auto timeout = std::chrono::seconds(job.on_result.timeout_seconds);
  const auto add = [&](const char* folder, station::Deliver deliver) -> Status {
    auto box = station::Outbox::open(project.state_folder() / folder, std::move(deliver), longest_wait,
                                     [&reporter = context.reporter](std::string_view what) {
                                       if (!what.empty()) reporter.warning(what);
                                     });
    if (!box) return std::move(box).error();
    results->outboxes_.push_back(*std::move(box));
    return success();
  };
  if (!job.on_result.command.empty())
    if (auto added = add("results-command", station::run_command(job.on_result.command, timeout)); !added)
      return std::move(added).error();
  if (!job.on_result.url.empty())
    if (auto added = add("results-url", station::post_to(job.on_result.url, timeout)); !added)
      return std::move(added).error();
  return results;
}

Status LineResults::tell(const station::Tile& tile, const station::Outcome& outcome) {
  const auto now = rfc3339(context_.clock.now());
  const auto key = now + "-" + tile.imei + "-" + std::to_string(tile.boards);
  Json result = Json::object({{"schema", "ec200u-pki/station-result/1"},
                              {"key", key},
                              {"at", now},
                              {"job", job_.name},
                              {"batch", job_.batch},
                              {"slot", tile.slot},
                              {"serial", tile.serial},
                              {"passed", outcome.passed()},
                              {"device", outcome.device}});
  for (const auto& box : outboxes_)
    if (auto added = box->add(key, result); !added) return added;
  return success();
}

Result<std::string> LineResults::take(const station::Tile& tile, const station::Outcome& outcome) {
  if (auto told = tell(tile, outcome); !told) return std::move(told).error();
  if (!outcome.passed() || destinations_.empty()) return std::string();
  const std::lock_guard guard(printing_);  // one printer: labels come out one after another
  auto label = labels::make_label(template_, label_fields(tile, outcome, job_, context_.clock.now()));
  if (!label) return std::move(label).error();
  std::string where;
  for (const auto& destination : destinations_) {
    auto to = destination;
    if (to.kind == labels::Destination::Kind::file)
      to.where = ((job_.file.empty() ? project_.folder : job_.file.parent_path()) / to.where).string();
    auto printed = labels::print(*label, tile.imei, to, static_cast<int>(job_.label.dpi),
                                 after(std::chrono::seconds(30)), context_.cancel);
    if (!printed) return std::move(printed).error();
    where += (where.empty() ? "" : ", ") + *printed;
  }
  return where;
}

}  // namespace epki::cli
