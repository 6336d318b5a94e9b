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

std::vector<std::optional<Instant>> moments_for(const std::vector<Span>& spans, Instant now, Instant earliest) {
  std::vector<std::optional<Instant>> moments(spans.size());
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const auto from = std::max(spans[i].from, earliest) + margin, to = spans[i].to - margin;
    const bool now_will_do = from <= now && now <= to;
    if (!now_will_do && from <= to) order.push_back(i);
  }
  // The classic way to hit all spans with the fewest points: always the end of the one that ends first.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return spans[a].to < spans[b].to; });
  std::optional<Instant> point;
  for (const auto i : order) {
    const auto from = std::max(spans[i].from, earliest) + margin, to = spans[i].to - margin;
    if (!point || *point < from) point = to;
    moments[i] = point;
  }
  return moments;
}

}  // namespace epki::trial
