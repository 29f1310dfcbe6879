// Puts a host on a tagged VLAN on kernels without the 802.1Q module: compiled once per VLAN ID (-DVLAN_ID=100) and attached to the
// host's interface on clsact, `push` on egress and `pop` on ingress. Frames of other VLANs, and untagged ones, do not reach the host.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#ifndef VLAN_ID
#error "give the VLAN: -DVLAN_ID=100"
#endif

SEC("push")
int push_tag(struct __sk_buff *frame)
{
    return bpf_skb_vlan_push(frame, bpf_htons(ETH_P_8021Q), VLAN_ID) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("pop")
int pop_tag(struct __sk_buff *frame)
{
    if (!frame->vlan_present || (frame->vlan_tci & 0xfff) != VLAN_ID)
        return TC_ACT_SHOT;
    return bpf_skb_vlan_pop(frame) ? TC_ACT_SHOT : TC_ACT_OK;
}
