"""存档：整月写成 Parquet，仍可凭台账证明。 The archive: whole months as Parquet, still provable by the ledger (docs/decisions/0019).

Imported by console commands alone: pyarrow is large, and no server process has it in memory.
"""
