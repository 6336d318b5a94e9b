/* What the device's firmware sends to the modem after every boot, in this order: SSL and MQTT settings are
   gone after a reboot, files stay. Each line ends with CR; send the next one after the answer to this one. A step
   that is not answered as expected within its limit ends the sequence, unless may_fail is 1: reboot the modem and
   start again. Words in angle brackets are for the device to fill in.
   Written for EC200U, firmware EC200UCNAAR03A03M08. Compiles as C99 and as C++. */
#ifndef EC200U_BOOT_H
#define EC200U_BOOT_H

#define EC200U_BOOT_CA_FILE "cacert_0123456789ab.pem"
#define EC200U_BOOT_CA_SHA256 "0123456789ab0123456789ab0123456789ab0123456789ab0123456789ab0123"

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
    {EC200U_BOOT_WAIT, "", "RDY", 60000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "ATE0", "", 2000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"seclevel\",1,1", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"sslversion\",1,3", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"ciphersuite\",1,0XFFFF", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"sni\",1,1", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"ignorelocaltime\",1,0", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"ignorecertitem\",1,0", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"ignoreinvalidcertsign\",1,0", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"ignoremulticertchainverify\",1,0", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"session_cache\",1,0", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"closetimemode\",1,0", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QSSLCFG=\"cacert\",1,\"UFS:cacert_0123456789ab.pem\"", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QMTCFG=\"pdpcid\",0,1", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QMTCFG=\"ssl\",0,1,1", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_REGISTERED, "AT+CEREG?", "+CEREG:", 120000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QICSGP=1,1,\"internet\",\"\",\"\",0", "", 5000UL, 0, 0, ""},
    {EC200U_BOOT_COMMAND, "AT+QIACT=1", "", 150000UL, 0, 1, ""},
    {EC200U_BOOT_COMMAND, "AT+CTZU=1", "", 5000UL, 0, 1, ""},
    {EC200U_BOOT_DEFERRED, "AT+QNTP=1,\"pool.ntp.org\"", "+QNTP: 0", 125000UL, 0, 1, ""},
    {EC200U_BOOT_CLOCK, "AT+CCLK?", "+CCLK:", 60000UL, 2026, 0, "set-clock"},
};

#define EC200U_BOOT_STEPS (sizeof ec200u_boot / sizeof ec200u_boot[0])

/* Only then open the connection. */
/* OK, later +QMTOPEN: 0,0 within 121 s */
#define EC200U_BOOT_OPEN "AT+QMTOPEN=0,\"broker.example\",8883"
/* OK, later +QMTCONN: 0,0,0 within 45 s */
#define EC200U_BOOT_CONNECT "AT+QMTCONN=0,\"<client id>\""

#endif
