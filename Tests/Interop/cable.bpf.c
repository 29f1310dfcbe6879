// One end of a cable: whatever comes in here leaves by the interface with the index FAR_END, on kernels without tc's other classifiers.

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef FAR_END
#error "give the interface: -DFAR_END=3"
#endif

SEC("forward")
int redirect_frame(struct __sk_buff *frame)
{
    return bpf_redirect(FAR_END, 0);
}
