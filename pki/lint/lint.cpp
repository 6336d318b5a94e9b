#include "pki/lint/lint.hpp"

#include <algorithm>

#include "pki/lint/seen.hpp"

namespace epki::lint {

namespace {

template <class Seen>
void run(const Rule<Seen>& rule, const Seen& seen, const std::string& file, std::optional<std::size_t> index,
         std::size_t line, Report& report) {
  auto& count = report.counts[rule.name];
  if (!rule.applies(seen)) return;
  ++count.applied;
  if (rule.holds(seen)) return;
  ++count.broken;
  report.findings.push_back({file, index, rule.line == nullptr ? line : rule.line(seen), severity_of(rule.name),
                             rule.name, rule.found(seen), rule.citation});
}

std::string described(const ossl::FileItem& item) {
  std::string text(item.kind == ossl::FileItem::Kind::unknown ? item.label : word(item.kind));
  if (item.kind == ossl::FileItem::Kind::private_key && item.encrypted) text = "encrypted " + text;
  return item.damage.empty() ? text : "damaged " + text;
}

Recognised recognised(const Document& document) {
  Recognised all{document.name, {}};
  std::size_t next = 0;
  for (const auto& item : document.contents.items) {
    auto text = described(item);
    if (item.kind == ossl::FileItem::Kind::certificate && item.damage.empty() && next < document.certificates.size()) {
      const auto& subject = document.certificates[next++].facts.subject;
      text += " " + (subject.empty() ? std::string("without a subject") : subject);
    }
    all.items.push_back(std::move(text));
  }
  if (document.broker) all.items.emplace_back("Mosquitto configuration");
  return all;
}

}  // namespace

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::notice: return "notice";
  }
  return "error";
}

bool has_errors(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.severity == Severity::error; });
}

Report judge(const std::vector<File>& files, const Question& question) {
  Report report;
  const auto corpus = read_corpus(files, question);
  for (const auto& document : corpus.documents) {
    report.recognised.push_back(recognised(document));
    const SeenFile seen{document, corpus};
    for (const auto* rule : file_rules()) run(*rule, seen, document.name, std::nullopt, 0, report);
    for (const auto& one : document.certificates)
      for (const auto* rule : certificate_rules()) run(*rule, one, document.name, one.index, one.line, report);
  }
  return report;
}

}  // namespace epki::lint
