"""The benchmark harness: one thing a file.

command      the command line and the order of a run
setting      where and how everything is measured; machine, hugepages, core describe and prepare that
process      programs: started, paused, ended, always within a time
stream       what every candidate receives; verify: that peers forward it rightly
viaduct, testpmd, ovs (with ovs_control, ovs_rules, ovs_candidate)    the candidates
peers, matrix, micro, latency, hot_path    the stages of a run
bar, result, tables, pictures, progress     what is told
"""
