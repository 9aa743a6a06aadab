// A plugin for QEMU that counts a process's instructions and prints their number as it ends. It
// declares the few names of qemu-plugin.h (version 1) that it needs: packages of QEMU lack that
// header. Right for one thread: counters are not atomic.
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define EXPORTED __attribute__((visibility("default")))
enum { ADD_U64 = 0 };
typedef uint64_t plugin_id;
struct block;

extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct block*));
extern size_t qemu_plugin_tb_n_insns(const struct block*);
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct block*, int, void*, uint64_t);
extern void qemu_plugin_register_atexit_cb(plugin_id, void (*)(plugin_id, void*), void*);

EXPORTED int qemu_plugin_version = 1;
static uint64_t instructions;

static void translated(plugin_id id, struct block* block) {
  (void)id;
  qemu_plugin_register_vcpu_tb_exec_inline(block, ADD_U64, &instructions,
                                           qemu_plugin_tb_n_insns(block));
}

static void ended(plugin_id id, void* nothing) {
  (void)id, (void)nothing;
  fprintf(stderr, "instructions %" PRIu64 "\n", instructions);
}

EXPORTED int qemu_plugin_install(plugin_id id, const void* info, int count, char** arguments) {
  (void)info, (void)count, (void)arguments;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, ended, NULL);
  return 0;
}
