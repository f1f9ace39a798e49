#ifndef CORE_PLUGIN_PROXY_H
#define CORE_PLUGIN_PROXY_H

#include "lotse_plugin.h"

/* Criteria and derived fields that run in a child: what match sees of them. A criterion offers
 * LATE_CRITERION_1 and is asked through it; asked through the contract's own functions it answers
 * just the same, one question at a time. The host given to the factories is a cage's. */
const lotse_criterion_factory *proxy_criterion_factory(void);
const lotse_field_factory *proxy_field_factory(void);

#endif
