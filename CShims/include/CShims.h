#pragma once
#include <rte_config.h>
#include <rte_eal.h>
static inline int vd_x(void){return rte_eal_has_hugepages();}
