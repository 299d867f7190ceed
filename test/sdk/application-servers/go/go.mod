module applicationserver

go 1.21
