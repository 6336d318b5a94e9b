#pragma once
// For this room's own files: sockets that wait for others.

#include "core/listen.hpp"

namespace epki::probe {

using epki::address_text;
using epki::listen_on;
using epki::port_of;
using epki::Transport;

}  // namespace epki::probe
