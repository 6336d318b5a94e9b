/* What the device's firmware sends to the modem after every boot, in this order: SSL and MQTT settings are
   gone after a reboot, files stay. Each line ends with CR; send the next one after the answer to this one. A step
   that is not answered as expected within its limit ends the sequence, unless may_fail is 1: reboot the modem and
   start again. Words in angle brackets are for the device to fill in.
   Written for {{model}}, firmware {{firmware}}. Compiles as C99 and as C++. */
#ifndef EC200U_BOOT_H
#define EC200U_BOOT_H

{{#files}}
#define EC200U_BOOT_{{macro}}_FILE {{c_name}}
#define EC200U_BOOT_{{macro}}_SHA256 {{c_sha256}}
{{/files}}

enum ec200u_boot_kind {
  EC200U_BOOT_WAIT,       /* send nothing: wait for a line that starts with expect */
  EC200U_BOOT_COMMAND,    /* send, wait for OK */
  EC200U_BOOT_QUERY,      /* send, wait for a line that starts with expect, then OK */
  EC200U_BOOT_DEFERRED,   /* send, wait for OK, then for a line that starts with expect */
  EC200U_BOOT_REGISTERED, /* send again and again until the second number of the answer is 1 or 5 */
  EC200U_BOOT_CLOCK       /* send again and again; go on only if the year in the answer is at least year (yy counts
                             from 2000, 70 and above from 1900). When the limit has passed, do what fallback says.
                             Do not connect before; do not set ignorelocaltime to 1 instead. */
};

struct ec200u_boot_step {
  enum ec200u_boot_kind kind;
  const char *send;       /* without the closing CR; empty: nothing to send */
  const char *expect;     /* empty: OK alone */
  unsigned long limit_ms; /* give up after this */
  int year;               /* EC200U_BOOT_CLOCK only */
  int may_fail;           /* 1: ERROR, or no answer, is no reason to stop */
  const char *fallback;   /* EC200U_BOOT_CLOCK only: "set-clock" or "hold" (docs/boot-sequence.md); else empty */
};

static const struct ec200u_boot_step ec200u_boot[] = {
{{#steps}}
    {EC200U_BOOT_{{c_kind}}, {{c_send}}, {{c_expect}}, {{limit_ms}}UL, {{year}}, {{c_may_fail}}, {{c_fallback}}},
{{/steps}}
};

#define EC200U_BOOT_STEPS (sizeof ec200u_boot / sizeof ec200u_boot[0])

/* Only then open the connection. */
{{#then}}
/* {{comment}} */
#define EC200U_BOOT_{{macro}} {{c_send}}
{{/then}}

#endif
