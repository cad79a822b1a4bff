"""`make demo-network`: the whole state table, played by 1 sender, 6 providers and 40 clients.

`scenarios` says who does what (data), `stage` is where it is played, `players` are those who act, and
`findings` compares what was seen with what `domain_table` and `attested` say, apart from the code.
"""
