#pragma once
// When a genuine chain is valid: now, or at a moment to which the modem's clock is set back for it.

#include <optional>
#include <vector>

#include "core/clock.hpp"
#include "verify/probe/cases.hpp"

namespace epki::trial {

struct Span {
  Instant from, to;
};

/// For each span: nothing where `now` lies in it, or where no moment of `own` does; else a moment inside both, with an
/// hour to spare. `own`: when the run's own certificates are valid, which are shown at the same time. Spans that
/// overlap share one, so that a clock is set as seldom as can be.
std::vector<std::optional<Instant>> moments_for(const std::vector<Span>& spans, Instant now, const Span& own);

/// From the latest beginning to the earliest end of all its certificates, the root's included: mbedTLS minds them all.
Span span_of(const probe::Genuine& genuine);

}  // namespace epki::trial
