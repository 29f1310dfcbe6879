// Packet buffers. rte_mbuf is over-aligned, so Swift cannot import it: vd_mbuf mirrors the fields that Viaduct uses, and the
// assertions below hold it to DPDK's layout.
#pragma once
#include "vd_base.h"

#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

typedef struct vd_mbuf {
    uint8_t *_Nonnull buf_addr;
    uint64_t buf_iova;
    uint16_t data_off;
    uint16_t refcnt;
    uint16_t nb_segs;
    uint16_t port;
    uint64_t ol_flags;
    uint32_t packet_type;
    uint32_t pkt_len;
    uint16_t data_len;
    uint16_t vlan_tci;
    uint32_t rss_hash;
    uint32_t hash_high;
    uint16_t vlan_tci_outer;
    uint16_t buf_len;
    void *_Nonnull pool;
    struct vd_mbuf *_Nullable next;
    uint64_t tx_offload;
} vd_mbuf;

#define VD_SAME_OFFSET(field, dpdk_field) \
    _Static_assert(offsetof(vd_mbuf, field) == offsetof(struct rte_mbuf, dpdk_field), "vd_mbuf." #field " has moved")
VD_SAME_OFFSET(buf_addr, buf_addr);
VD_SAME_OFFSET(data_off, data_off);
VD_SAME_OFFSET(refcnt, refcnt);
VD_SAME_OFFSET(nb_segs, nb_segs);
VD_SAME_OFFSET(port, port);
VD_SAME_OFFSET(ol_flags, ol_flags);
VD_SAME_OFFSET(packet_type, packet_type);
VD_SAME_OFFSET(pkt_len, pkt_len);
VD_SAME_OFFSET(data_len, data_len);
VD_SAME_OFFSET(vlan_tci, vlan_tci);
VD_SAME_OFFSET(rss_hash, hash.rss);
VD_SAME_OFFSET(buf_len, buf_len);
VD_SAME_OFFSET(pool, pool);
VD_SAME_OFFSET(next, next);
VD_SAME_OFFSET(tx_offload, tx_offload);

// Flag values as constants, since Swift does not import macros with casts.
static const uint64_t VD_RX_VLAN_STRIPPED = RTE_MBUF_F_RX_VLAN_STRIPPED;
static const uint64_t VD_RX_IP_CKSUM_MASK = RTE_MBUF_F_RX_IP_CKSUM_MASK;
static const uint64_t VD_RX_IP_CKSUM_GOOD = RTE_MBUF_F_RX_IP_CKSUM_GOOD;
static const uint64_t VD_RX_IP_CKSUM_BAD = RTE_MBUF_F_RX_IP_CKSUM_BAD;
static const uint64_t VD_RX_L4_CKSUM_MASK = RTE_MBUF_F_RX_L4_CKSUM_MASK;
static const uint64_t VD_RX_L4_CKSUM_GOOD = RTE_MBUF_F_RX_L4_CKSUM_GOOD;
static const uint64_t VD_RX_L4_CKSUM_BAD = RTE_MBUF_F_RX_L4_CKSUM_BAD;
static const uint64_t VD_RX_OUTER_IP_CKSUM_BAD = RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD;
static const uint64_t VD_RX_OUTER_L4_CKSUM_MASK = RTE_MBUF_F_RX_OUTER_L4_CKSUM_MASK;
static const uint64_t VD_RX_OUTER_L4_CKSUM_GOOD = RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD;
static const uint32_t VD_PTYPE_TUNNEL_MASK = RTE_PTYPE_TUNNEL_MASK;
/// Flags that say where the buffer lives; to be kept when all others are reset.
static const uint64_t VD_BUFFER_FLAGS = RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;
static const uint64_t VD_TX_TUNNEL_VXLAN = RTE_MBUF_F_TX_TUNNEL_VXLAN;
static const uint64_t VD_TX_OUTER_IPV4 = RTE_MBUF_F_TX_OUTER_IPV4;
static const uint64_t VD_TX_OUTER_IPV6 = RTE_MBUF_F_TX_OUTER_IPV6;
static const uint64_t VD_TX_OUTER_IP_CKSUM = RTE_MBUF_F_TX_OUTER_IP_CKSUM;
static const uint64_t VD_TX_OUTER_UDP_CKSUM = RTE_MBUF_F_TX_OUTER_UDP_CKSUM;

VD_HOT vd_mbuf *_Nullable vd_mbuf_alloc(void *_Nonnull pool) {
    return (vd_mbuf *)rte_pktmbuf_alloc((struct rte_mempool *)pool);
}

/// Out of line: workers free what they drop, and the code for that in the midst of their loops would make those longer.
static inline __attribute__((noinline, unused)) VD_HOT_EXTERN void vd_mbuf_free(vd_mbuf *_Nonnull m) { rte_pktmbuf_free((struct rte_mbuf *)m); }

/// Adds a reference to every segment of a packet, so that another packet may end in them.
VD_HOT void vd_mbuf_reference(vd_mbuf *_Nonnull m) { rte_pktmbuf_refcnt_update((struct rte_mbuf *)m, 1); }

/// `tx_offload` for a VXLAN packet over IPv4: outer lengths, and the L2 length that spans UDP, VXLAN and the inner Ethernet header.
VD_HOT uint64_t vd_tx_offload(uint64_t outer_l2, uint64_t outer_l3, uint64_t l2) {
    return l2 | outer_l3 << (RTE_MBUF_L2_LEN_BITS + RTE_MBUF_L3_LEN_BITS + RTE_MBUF_L4_LEN_BITS + RTE_MBUF_TSO_SEGSZ_BITS)
        | outer_l2 << (RTE_MBUF_L2_LEN_BITS + RTE_MBUF_L3_LEN_BITS + RTE_MBUF_L4_LEN_BITS + RTE_MBUF_TSO_SEGSZ_BITS + RTE_MBUF_OUTL3_LEN_BITS);
}

VD_HOT void vd_prefetch(const void *_Nullable address) { rte_prefetch0(address); }

/// Where the data of a packet fresh from a pool of ours starts; only a guess for any other, which a prefetch may be.
VD_HOT void vd_prefetch_frame(const vd_mbuf *_Nonnull m) { rte_prefetch0((const uint8_t *)m + sizeof(struct rte_mbuf) + RTE_PKTMBUF_HEADROOM); }

/// One's complement sum of `count` bytes as 16-bit words as they lie in memory, a zero behind an odd last one, folded to 16 bits and not inverted (RFC 1071).
/// Words of 32 bits have the same sum, and in sums of 64 bits there are no carries to care for: so the compiler adds four at a time. rte_raw_cksum of
/// DPDK 22.11 adds one of 16 bits at a time, which takes seven times as long.
VD_HOT uint16_t vd_checksum(const uint8_t *_Nonnull bytes, uint32_t count) {
    uint64_t lanes[4] = {0, 0, 0, 0};
    for (; count >= 16; count -= 16, bytes += 16) {
        uint32_t words[4];
        memcpy(words, bytes, 16);
        for (int i = 0; i < 4; i++) lanes[i] += words[i];
    }
    uint64_t sum = lanes[0] + lanes[1] + lanes[2] + lanes[3];
    for (; count >= 4; count -= 4, bytes += 4) {
        uint32_t word;
        memcpy(&word, bytes, 4);
        sum += word;
    }
    uint16_t last[2] = {0, 0};
    if (count & 2) memcpy(&last[0], bytes, 2);
    if (count & 1) memcpy(&last[1], bytes + (count & 2), 1);
    sum += last[0] + last[1];
    sum = (sum & 0xFFFFFFFF) + (sum >> 32);
    sum = (sum & 0xFFFFFFFF) + (sum >> 32);
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)((sum & 0xFFFF) + (sum >> 16));
}

/// The same of the packet's bytes from `offset` on, over all segments. rte_raw_cksum_mbuf of DPDK 22.11 loses carries where a segment starts at an odd byte.
VD_HOT uint16_t vd_mbuf_checksum(const vd_mbuf *_Nonnull m, uint32_t offset, uint32_t length) {
    uint32_t sum = 0, done = 0;
    for (const vd_mbuf *s = m; s != NULL && done < length; s = s->next) {
        if (offset >= s->data_len) {
            offset -= s->data_len;
            continue;
        }
        uint32_t count = RTE_MIN(s->data_len - offset, length - done);
        uint16_t part = vd_checksum(s->buf_addr + s->data_off + offset, count);
        sum += done & 1 ? rte_bswap16(part) : part;
        done += count;
        offset = 0;
    }
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)(sum + (sum >> 16));
}

/// Copies the whole packet into `destination`, which has room for `pkt_len` bytes.
VD_HOT void vd_mbuf_gather(const vd_mbuf *_Nonnull m, void *_Nonnull destination) {
    uint8_t *to = (uint8_t *)destination;
    for (const vd_mbuf *s = m; s != NULL; s = s->next) {
        memcpy(to, s->buf_addr + s->data_off, s->data_len);
        to += s->data_len;
    }
}

void *_Nullable vd_pool_create(const char *_Nonnull name, uint32_t count, uint32_t cache, uint16_t data_room, int node);
void vd_pool_free(void *_Nonnull pool);
uint32_t vd_pool_available(const void *_Nonnull pool);
uint32_t vd_pool_size(const void *_Nonnull pool);
/// Bytes from the start of the buffer to the data of a fresh packet.
static const uint16_t VD_HEADROOM = RTE_PKTMBUF_HEADROOM;
