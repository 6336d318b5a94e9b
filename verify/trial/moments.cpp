#include "verify/trial/moments.hpp"

#include <algorithm>
#include <numeric>

namespace epki::trial {

namespace {

// A modem's clock goes on while it is judged, and may be off by a time zone's minutes.
constexpr std::chrono::hours margin{1};

}  // namespace

Span span_of(const probe::Genuine& genuine) {
  Span span{genuine.root.not_before(), genuine.root.not_after()};
  for (const auto& certificate : genuine.presented) {
    span.from = std::max(span.from, certificate.not_before());
    span.to = std::min(span.to, certificate.not_after());
  }
  return span;
}

std::vector<std::optional<Instant>> moments_for(const std::vector<Span>& spans, Instant now, const Span& own) {
  std::vector<std::optional<Instant>> moments(spans.size());
  std::vector<Span> inner;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    inner.push_back({std::max(spans[i].from, own.from) + margin, std::min(spans[i].to, own.to) - margin});
    // A chain that began a minute ago is valid, and a clock that is left alone is the smaller change.
    const bool now_will_do = spans[i].from <= now && now <= spans[i].to;
    if (!now_will_do && inner[i].from <= inner[i].to) order.push_back(i);
  }
  // The classic way to hit all spans with the fewest points: always the end of the one that ends first.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return inner[a].to < inner[b].to; });
  std::optional<Instant> point;
  for (const auto i : order) {
    if (!point || *point < inner[i].from) point = inner[i].to;
    moments[i] = point;
  }
  return moments;
}

}  // namespace epki::trial
