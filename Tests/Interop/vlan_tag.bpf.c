// Puts a host on a tagged VLAN on kernels without the 802.1Q module: compiled once per VLAN ID (-DVLAN_ID=100) and attached to the
// host's interface on clsact, `push` on egress and `pop` on ingress. With -DSERVICE_ID=300 there is a service tag (802.1ad) in front of that tag. Frames of
// other VLANs, and untagged ones, do not reach the host.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#ifndef VLAN_ID
#error "give the VLAN: -DVLAN_ID=100"
#endif

#ifndef SERVICE_ID
#define SERVICE_ID 0
#endif

static __always_inline bool pop(struct __sk_buff *frame, __u16 type, __u16 vlan)
{
    if (!frame->vlan_present || frame->vlan_proto != bpf_htons(type) || (frame->vlan_tci & 0xfff) != vlan)
        return false;
    return !bpf_skb_vlan_pop(frame);
}

SEC("push")
int push_tag(struct __sk_buff *frame)
{
    if (bpf_skb_vlan_push(frame, bpf_htons(ETH_P_8021Q), VLAN_ID))
        return TC_ACT_SHOT;
    if (SERVICE_ID && bpf_skb_vlan_push(frame, bpf_htons(ETH_P_8021AD), SERVICE_ID))
        return TC_ACT_SHOT;
    return TC_ACT_OK;
}

SEC("pop")
int pop_tag(struct __sk_buff *frame)
{
    if (SERVICE_ID && !pop(frame, ETH_P_8021AD, SERVICE_ID))
        return TC_ACT_SHOT;
    return pop(frame, ETH_P_8021Q, VLAN_ID) ? TC_ACT_OK : TC_ACT_SHOT;
}
