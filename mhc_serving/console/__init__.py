"""The console of staff: pages at ``/console`` that read and write through ``mhc_core``, as the API does.

It runs in a process of its own (``mhc console``), so that customers are answered whatever becomes of it. The only
package that knows the page library. Not here: what an act means (``mhc_core``), the keys of programs (``access``).
"""
