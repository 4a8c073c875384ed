"""The rating kernel: tariff documents, compiled plans, one file per charge form."""
